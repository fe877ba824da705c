import type { Snapshot } from '#db/open';
import { readCommit } from '#db/queries/commit';
import { escapeHtml } from '#mail/render';
import { isNoBlob } from '#patch/blob';
import { notFound, problem } from '../_page/page';
import { Document } from '../_ui/Document';
import { fileSize, plural } from '../_ui/format';
import { anyHref, blobHref, commitHref } from '../_ui/links';
import { dispositionOf, ISOLATED, redirect, respond } from '../_web/http';
import { type Blob, type Solution, solveBlob } from './solver';

/** The name of a blob in an address, as public-inbox takes it. */
export const BLOB_NAME = /^[0-9a-f]{7,64}$/i;
/** A larger file is only downloaded, as at public-inbox (ViewVCS.pm). */
const MAX_SHOWN_BYTES = 1024 * 1024;
/** Git looks so far for a NUL, which makes a file binary. */
const BINARY_WITHIN = 8000;

const NOTHING: Solution = { blob: null, missing: [], isCut: false };

const solved = async (db: Snapshot, oid: string, query: URLSearchParams): Promise<Solution> =>
  isNoBlob(oid) ? NOTHING : solveBlob(db, oid, { pre: query.get('A'), path: query.get('b') });

const isBinary = ({ content }: Blob) => content.slice(0, BINARY_WITHIN).includes('\0');

/** `/{list}/{oid}/s/`: a file made of the archive's patches, and which they are. A commit's name leads to the commit. */
export async function blobPage(db: Snapshot, list: string, asked: string, query: URLSearchParams) {
  const oid = asked.toLowerCase();
  const { blob, ...failed } = await solved(db, oid, query);
  if (!blob) return (await asCommit(db, oid)) ?? unsolved(oid, failed);
  const path = blob.path || query.get('b') || 'blob';
  return (
    <Document title={`${path} · ${blob.oid.slice(0, 12)}`} list={list === 'all' ? null : list}>
      <h1>
        <bdi>{path}</bdi>
      </h1>
      <p className="facts">
        blob <code>{blob.oid}</code>, {fileSize(blob.content.length)} ·{' '}
        <a href={`${blobHref(blob.oid)}${fileName(path)}`}>raw</a>
      </p>
      <Content blob={blob} />
      <Steps blob={blob} />
    </Document>
  );
}

/** `/{list}/{oid}/s/{file}`: its bytes; what the file is called is for the reader of the address only. */
export async function blobFile(db: Snapshot, asked: string, query: URLSearchParams): Promise<Response> {
  const oid = asked.toLowerCase();
  const { blob, ...failed } = await solved(db, oid, query);
  if (!blob) return unsolved(oid, failed);
  const binary = isBinary(blob);
  const bytes = Buffer.from(blob.content, 'latin1');
  return respond(new Uint8Array(bytes), 200, {
    ...ISOLATED,
    'Content-Type': binary ? 'application/octet-stream' : 'text/plain; charset=utf-8',
    'Content-Disposition': dispositionOf(binary ? 'attachment' : 'inline', fileName(blob.path || 'blob')),
    ETag: `"${blob.oid}"`,
  });
}

/** The last part of a path, for an address. */
const fileName = (path: string) =>
  encodeURIComponent(path.slice(path.lastIndexOf('/') + 1).replace(/[^\w.+-]+/g, '_') || 'blob');

function Content({ blob }: { blob: Blob }) {
  if (isBinary(blob)) return <p className="note">The file is binary.</p>;
  if (blob.content.length > MAX_SHOWN_BYTES) return <p className="note">The file is too long to be shown.</p>;
  const text = Buffer.from(blob.content, 'latin1').toString('utf8').replaceAll('\r\n', '\n');
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  const numbered = lines.map((line, n) => `<a id="n${n + 1}" href="#n${n + 1}">${n + 1}</a>\t${escapeHtml(line)}\n`);
  const html = `<div class="df" tabindex="0" role="group" aria-label="file"><div>${numbered.join('')}</div></div>`;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: escaped above; one string keeps a long file fast
  return <div className="body" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Steps({ blob }: { blob: Blob }) {
  if (!blob.steps.length) return <p className="facts">From a repository of this site; no patch was needed.</p>;
  return (
    <section>
      <h2>Made of {plural(blob.steps.length, 'patch', 'patches')}</h2>
      <ol>
        {blob.steps.map(({ msgid, subject, post }, n) => (
          <li key={`${post}${n}`}>
            <a href={anyHref(msgid)}>
              <bdi>{subject || '(no subject)'}</bdi>
            </a>{' '}
            <a href={blobHref(post)}>
              <code>{post}</code>
            </a>
          </li>
        ))}
      </ol>
      <p className="facts">The name was computed from the bytes, after each of them: it is what git would say.</p>
    </section>
  );
}

async function asCommit(db: Snapshot, oid: string): Promise<Response | null> {
  if (oid.length < 8 || oid.length > 40) return null;
  const { patches, taken, stable, fixes, oids } = await readCommit(db, oid);
  return [patches, taken, stable, fixes, oids].some(({ length }) => length) ? redirect(commitHref(oid)) : null;
}

/** What is missing, so that a reader knows what to look for elsewhere. */
function unsolved(oid: string, { missing, isCut }: Omit<Solution, 'blob'>): Promise<Response> {
  if (isCut)
    return problem(404, `The blob ${oid} was not made`, 'Too many patches lead to it; the search was ended.', oid);
  const known = missing.filter((one) => one.mail);
  if (!known.length) {
    if (missing.length || isNoBlob(oid)) return notFound(`The blob ${oid}`, `dfblob:${oid}`);
    return problem(
      404,
      `The blob ${oid} cannot be made`,
      'The patches that lead to it do not apply: they were damaged on their way.',
      `dfblob:${oid}`,
    );
  }
  return problem(
    404,
    `The blob ${oid} cannot be made`,
    'The patches that lead to it begin at files which no mail here contains, and which no repository of this site has.',
    `dfblob:${oid}`,
    <ul>
      {known.slice(0, 20).map(({ oid: name, mail }) => (
        <li key={name}>
          <code>{name}</code>, where <a href={anyHref(mail?.msgid ?? '')}>{mail?.subject || '(no subject)'}</a> begins
        </li>
      ))}
    </ul>,
  );
}
