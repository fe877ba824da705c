import type { Snapshot } from '#db/open';
import { readCommit } from '#db/queries/commit';
import { escapeHtml } from '#mail/render';
import { isNoBlob } from '#patch/blob';
import { notFound, problem } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { fileSize, plural } from '../_ui/format';
import { anyHref, blobHref, commitHref } from '../_ui/links';
import { dispositionOf, ISOLATED, redirect, respond } from '../_web/http';
import { type Blob, type Solution, solveBlob } from './solver';

/** The name of a blob in an address, as public-inbox takes it. */
export const BLOB_NAME = /^[0-9a-f]{7,64}$/i;
/** A larger file is only downloaded, as at public-inbox (ViewVCS.pm). */
const MAX_SHOWN_BYTES = 1024 * 1024;
/** A NUL within so many bytes makes a file binary, as in git. */
const BINARY_WITHIN = 8000;

const NOTHING: Solution = { blob: null, missing: [], isCut: false };

const solved = async (db: Snapshot, oid: string, query: URLSearchParams): Promise<Solution> =>
  isNoBlob(oid) ? NOTHING : solveBlob(db, oid, { pre: query.get('A'), path: query.get('b') });

const isBinary = ({ content }: Blob) => content.slice(0, BINARY_WITHIN).includes('\0');

/** `/{list}/{oid}/s/`: a file rebuilt from the archive's patches, and a list of them. The name of a commit redirects to its page. */
export async function blobPage(db: Snapshot, list: string, asked: string, query: URLSearchParams) {
  const oid = asked.toLowerCase();
  const { blob, ...failed } = await solved(db, oid, query);
  if (!blob) return (await asCommit(db, oid)) ?? unsolved(oid, failed);
  const path = blob.path || query.get('b') || 'blob';
  return (
    <Document
      sections={await sectionsOf(db)}
      title={`${path} · ${blob.oid.slice(0, 12)}`}
      list={list === 'all' ? null : list}
    >
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

/** `/{list}/{oid}/s/{file}`: its bytes. The file's name in the address is only for human readers. */
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
      <h2>Built from {plural(blob.steps.length, 'patch', 'patches')}</h2>
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
      <p className="facts">After each patch, the name of the blob was computed from its bytes, as git does.</p>
    </section>
  );
}

async function asCommit(db: Snapshot, oid: string): Promise<Response | null> {
  if (oid.length < 8 || oid.length > 40) return null;
  const { patches, taken, stable, fixes, oids } = await readCommit(db, oid);
  return [patches, taken, stable, fixes, oids].some(({ length }) => length) ? redirect(commitHref(oid)) : null;
}

/** Says what is missing, so that a reader knows what to look for elsewhere. */
function unsolved(oid: string, { missing, isCut }: Omit<Solution, 'blob'>): Promise<Response> {
  if (isCut)
    return problem(404, `The blob ${oid} was not built`, 'Too many patches lead to it, so the search stopped.', oid);
  const known = missing.filter((one) => one.mail);
  if (!known.length) {
    if (missing.length || isNoBlob(oid)) return notFound(`The blob ${oid}`, `dfblob:${oid}`);
    return problem(
      404,
      `The blob ${oid} cannot be built`,
      'The patches that lead to it do not apply; they were probably damaged in transit.',
      `dfblob:${oid}`,
    );
  }
  return problem(
    404,
    `The blob ${oid} cannot be built`,
    'The patches that lead to it start from files that are in no mail and in no repository here.',
    `dfblob:${oid}`,
    <ul>
      {known.slice(0, 20).map(({ oid: name, mail }) => (
        <li key={name}>
          <code>{name}</code>, from which <a href={anyHref(mail?.msgid ?? '')}>{mail?.subject || '(no subject)'}</a>{' '}
          starts
        </li>
      ))}
    </ul>,
  );
}
