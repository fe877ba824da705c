import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { comparable } from '../../tests/markup';
import { markupOf, readyMade } from './markup';

/** Trees with everything that our pages use, and what a stranger may put into them. */
const TREES = {
  'text of every kind': (
    <p>
      {'<a href="x">\'&\u202e'} {0} {12n} {null}
      {false}
      {true}
      {undefined}
      {['a', <b key="b">b</b>, ['c', 1]]}
    </p>
  ),
  'names that HTML and SVG spell otherwise': (
    <div className="a b" id="i" lang="en" dir="auto" title={'"quoted" & <so>'}>
      <label htmlFor="x">x</label>
      <time dateTime="2004-07-28">then</time>
      <svg viewBox="0 0 1 1" role="img" aria-labelledby="t" aria-hidden="true">
        <title id="t">A picture</title>
        <path className="arc" d="M0,0Q1,1 2,2" strokeWidth={2} strokeDasharray="2 2" textAnchor="end" />
        <rect x={1.5} y={-0.25} width={0} height={1e-7} />
      </svg>
    </div>
  ),
  switches: (
    <details open>
      <summary>s</summary>
      <button type="button" aria-expanded={false} tabIndex={-1}>
        b
      </button>
      <a href="/x" download>
        x
      </a>
      <a href="/x" download="name" aria-current="page" rel={undefined} hidden={false}>
        y
      </a>
      <script src="/s.js" defer />
    </details>
  ),
  'fields of a form': (
    <form action="/search/" method="post" encType="multipart/form-data">
      <input type="search" name="q" defaultValue={'"<>&'} aria-label="Search" placeholder="p" maxLength={3} />
      <input type="checkbox" name="c" defaultChecked value="yes" />
      <input type="text" name="empty" defaultValue="" required disabled={false} />
      <textarea name="t" rows={8} defaultValue={'\n<b>'} />
      <select name="s" defaultValue="b">
        <option value="">any</option>
        <option value="b">B</option>
        <option>c</option>
      </select>
      <button type="submit" name="x" value="1">
        go
      </button>
      <ol>
        <li value={3}>three</li>
      </ol>
      <br />
      <hr className="h" />
    </form>
  ),
  'text that a parser would shorten': <pre>{'\n  code\n'}</pre>,
  // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant, to check that it is written unchanged
  'our own HTML': <div className="body" dangerouslySetInnerHTML={{ __html: '<b>&amp;</b>' }} />,
  components: <Outer rows={[1, 2]}>{'inner'}</Outer>,
};

function Outer({ rows, children }: { rows: number[]; children: string }) {
  return (
    <>
      {rows.map((row) => (
        <Inner key={row} row={row} />
      ))}
      {rows.length > 5 ? <p>never</p> : null}
      {children}
    </>
  );
}

const Inner = ({ row }: { row: number }) => (row === 1 ? <i>{row}</i> : null);

describe('static markup', () => {
  for (const [name, tree] of Object.entries(TREES))
    it(`is what React's own renderer gives: ${name}`, () =>
      expect(comparable(markupOf(tree))).toBe(comparable(renderToStaticMarkup(tree))));

  it('never writes an address that runs as a script', () => {
    for (const href of ['javascript:alert(1)', ' \u0001JavaScript:x', 'java\nscript:x', 'j\ta\nvascript:x'])
      expect(markupOf(<a href={href}>x</a>)).toBe('<a>x</a>');
    const own = '/javascript:x/';
    expect(markupOf(<a href={own}>x</a>)).toContain('href');
  });

  it('refuses what the policy of our pages forbids, and what it cannot render', () => {
    expect(() => markupOf(<p style={{ color: 'red' }}>x</p>)).toThrow('style');
    expect(() =>
      markupOf(
        <button type="button" onClick={() => {}}>
          x
        </button>,
      ),
    ).toThrow('onClick');
    expect(() => markupOf({} as never)).toThrow(TypeError);
  });
});

it('writes a part of all pages once, by what it depends on', () => {
  let times = 0;
  const part = (list: string) =>
    readyMade(`part ${list}`, () => {
      times++;
      return <a href={`/${list}/`}>{list}</a>;
    });
  const page = (list: string) => markupOf(<p>in {part(list)}.</p>);
  expect([page('a&b'), page('a&b'), page('c')]).toEqual([
    '<p>in <a href="/a&amp;b/">a&amp;b</a>.</p>',
    '<p>in <a href="/a&amp;b/">a&amp;b</a>.</p>',
    '<p>in <a href="/c/">c</a>.</p>',
  ]);
  expect(times).toBe(2);
});
