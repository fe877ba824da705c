import { describe, expect, it } from 'vitest';
import { ATTEMPTS } from '../tests/hostile/html';
import { MAX_HTML, sanitizeMail } from './html';

const sanitize = (html: string) =>
  sanitizeMail(html, [{ cid: 'pic@example.org', index: 2, name: 'plan.png' }], ({ index }) => `/l/m/${index}-x`).html;

/** Everything that sanitised HTML may contain. */
const ALLOWED =
  /<(?:\/?(?:abbr|address|b|blockquote|br|caption|cite|code|dd|del|div|dl|dt|em|h[1-6]|hr|i|ins|kbd|li|ol|p|pre|q|s|samp|small|span|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var)(?: (?:colspan|rowspan)="\d{1,2}"| dir="\w*"| class="host")*(?: \/)?|a href="(?:https?:\/\/|mailto:|\/l\/m\/)[^"<>]*"(?: rel="nofollow noreferrer noopener")?|\/a)>/g;

describe('sanitizeMail', () => {
  it.each(Object.entries(ATTEMPTS))('removes: %s', (_, html) => {
    const clean = sanitize(`<p>before</p>${html}`);
    expect(clean).toContain('before');
    expect(clean.replace(ALLOWED, '')).not.toMatch(/[<>]/);
  });

  it('keeps the content of a mail', () => {
    expect(sanitize('<h1>Plan</h1><ul><li>one<li><b>two</b></ul><table><tr><td colspan=2>cell</table>')).toBe(
      '<h1>Plan</h1><ul><li>one</li><li><b>two</b></li></ul><table><tr><td colspan="2">cell</td></tr></table>',
    );
  });

  it('does not let a mailto link attach a file', () => {
    const href = (to: string) => /href="([^"]*)"/.exec(sanitize(`<a href="${to}">x</a>`))?.[1];
    expect(href('mailto:ada@example.org?attach=/etc/passwd')).toBe('mailto:ada@example.org');
    expect(href('mailto:ada@example.org?ATTACHMENT=x&amp;subject=a%20b&amp;bcc=eve@example.org&amp;att%61ch=y')).toBe(
      'mailto:ada@example.org?subject=a%20b',
    );
    expect(href('mailto:ada@example.org?subject=a%20b')).toBe('mailto:ada@example.org?subject=a%20b');
  });

  it('shows the host of a link unless its words do', () => {
    const host = (html: string) => /\[(.*)\]/.exec(sanitize(html))?.[1] ?? null;
    expect(host('<a href="https://example.org/x">https://example.org/x</a>')).toBe(null);
    expect(host('<a href="https://example.org/x">example.org</a>')).toBe(null);
    expect(host('<a href="mailto:ada@example.org">ada@example.org</a>')).toBe(null);
    expect(host('<a href="https://example.org/x">here</a>')).toBe('example.org');
    expect(host('<a href="https://evil.example.org/">https://bank.example.org/</a>')).toBe('evil.example.org');
    expect(host('<a href="https://bank.example.org@evil.example.org/">bank.example.org@evil.example.org</a>')).toBe(
      'evil.example.org',
    );
    expect(host('<a href="https://example.org.evil.example/">example.org</a>')).toBe('example.org.evil.example');
    expect(host('<a href="https://\u0435xample.org/">\u0435xample.org</a>')).toBe('xn--xample-2of.org');
    expect(host('<a href="https://evil.example.org/"><b>bank</b>.example.org</a>')).toBe('evil.example.org');
  });

  it('replaces images by words, with a link to attached ones', () => {
    expect(sanitize('<img src="http://x.example.org/t.gif" alt="a <chart>">')).toBe(
      '<span>[image: a &lt;chart&gt;]</span>',
    );
    expect(sanitize('<img src="cid:pic@example.org">')).toBe('<a href="/l/m/2-x">[image: plan.png]</a>');
  });

  it('notes what it cut', () => {
    const { html, notes } = sanitizeMail(`<p>${'x'.repeat(MAX_HTML)}</p>`, [], () => '');
    expect(html.length).toBeLessThan(MAX_HTML + 100);
    expect(notes[0]).toContain('the first');
  });
});
