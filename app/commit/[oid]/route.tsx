import { byVersion, type CveLine, type LaterFix } from '#db/queries/backport';
import { type CommitPage, type CommitPatch, readCommit } from '#db/queries/commit';
import { type CommitMail, MIN_OID } from '#db/queries/commitmail';
import { notFound, page, problem } from '../../_page/page';
import { frameOf } from '../../_page/sections';
import { Document } from '../../_ui/Document';
import { nameOf, shortDate } from '../../_ui/format';
import { anyHref, commitHref, searchHref } from '../../_ui/links';
import { redirect } from '../../_web/http';
import { settings } from '../../_web/settings';

/** `/commit/{oid}/`: what the archive knows of a commit; the name may be abbreviated. */
export const GET = page(async ({ parts, db }) => {
  const [, asked = '', ...rest] = parts;
  const oid = asked.toLowerCase();
  if (!/^[0-9a-f]+$/.test(oid) || oid.length < MIN_OID || oid.length > 40)
    return problem(400, 'This is not a commit name', `The name of a commit has ${MIN_OID} to 40 hex digits.`);
  if (!rest.length) return redirect(commitHref(oid), 301);
  const commit = await readCommit(db, oid);
  const { oids, title } = commit;
  if (!Object.values(commit).some((one) => one?.length)) return notFound(`The commit ${oid}`, oid);
  const [whole] = oids.length === 1 ? oids : [];
  return (
    <Document
      at={commitHref(oid)}
      title={`Commit ${oid.slice(0, 12)}${title ? `: ${title}` : ''} · Threadline`}
      {...(await frameOf(db))}
    >
      <h1>
        Commit <code>{whole ?? oid}</code>
      </h1>
      {title ? (
        <p className="about">
          “<bdi>{title}</bdi>”, as patches that fix it call it
        </p>
      ) : null}
      {oids.length > 1 ? <Several oids={oids} /> : null}
      <Sections commit={commit} />
      <p className="facts">
        <a href={searchHref(`commit:${oid}`)}>All mails that name it</a>
        {settings.webGit ? (
          <>
            {' '}
            · <a href={settings.webGit.replace('%s', whole ?? oid)}>the commit itself</a>
          </>
        ) : null}
      </p>
    </Document>
  );
});

function Several({ oids }: { oids: string[] }) {
  return (
    <p className="note">
      {oids.length} commits begin with these digits:{' '}
      {oids.map((one) => (
        <span key={one}>
          <a href={commitHref(one)}>{one}</a>{' '}
        </span>
      ))}
    </p>
  );
}

function Sections({ commit }: { commit: CommitPage }) {
  const { patches, taken, stable, fixes, reverts, cves, named } = commit;
  return (
    <>
      <Mainline mail={taken.find(({ tree }) => /\btorvalds\b/.test(tree ?? '')) ?? stable.find((one) => one.stable)} />
      <Patches patches={patches} />
      <Mails title="Mails that say it was applied" mails={taken} />
      <StableTrees mails={stable} fixes={fixes} />
      <Fixes fixes={fixes} />
      <Cves cves={cves} />
      <Mails title="Reverted by" mails={reverts} />
      <Mails title="Named in" mails={named} />
    </>
  );
}

/** Stable trees take only what mainline has, so a stable copy that names this commit shows that it is there. */
function Mainline({ mail }: { mail: CommitMail | undefined }) {
  if (!mail) return null;
  return (
    <p>
      In mainline, according to{' '}
      <a href={anyHref(mail.msgid)}>{mail.stable ? `the copy for ${mail.stable}` : 'the mail that merged it'}</a>.
    </p>
  );
}

/** Which stable trees took it, and which of its later fixes no mail shows there. */
function StableTrees({ mails, fixes }: { mails: CommitMail[]; fixes: LaterFix[] }) {
  if (!mails.length) return null;
  const trees = [...new Set(mails.map(({ stable }) => stable ?? ''))].sort(byVersion);
  return (
    <section>
      <h2>In stable trees</h2>
      <ul className="weekly">
        {trees.map((tree) => (
          <li key={tree}>
            {tree ? <b>{tree} </b> : null}
            {mails
              .filter(({ stable }) => (stable ?? '') === tree)
              .map((mail, n) => (
                <span key={mail.id}>
                  {n ? '; ' : null}
                  {tree ? <Copy mail={mail} /> : <Mail mail={mail} />}
                </span>
              ))}
            {tree ? <Missing fixes={fixes.filter(({ stable }) => !stable.includes(tree))} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A copy without its title, which is the patch's, shown above. */
function Copy({ mail }: { mail: CommitMail }) {
  return (
    <>
      <a href={anyHref(mail.msgid)}>{mail.proposed ? 'proposed' : 'its copy'}</a>,{' '}
      <bdi>{nameOf(mail.author, mail.address)}</bdi>, {shortDate(mail.sent_at)}
    </>
  );
}

function Missing({ fixes }: { fixes: LaterFix[] }) {
  if (!fixes.length) return null;
  return (
    <>
      {' '}
      · later fixes that no mail here shows there:{' '}
      {fixes.map(({ mail }, n) => (
        <span key={mail.id}>
          {n ? ', ' : null}
          <a href={anyHref(mail.msgid)}>
            <bdi>{mail.subject.replace(/^(?:\[[^\]]*\]\s*)+/, '') || '(no subject)'}</bdi>
          </a>
        </span>
      ))}
    </>
  );
}

function Fixes({ fixes }: { fixes: LaterFix[] }) {
  if (!fixes.length) return null;
  return (
    <section>
      <h2>Fixed later by</h2>
      <ul className="weekly">
        {fixes.map(({ mail, oid, stable }) => (
          <li key={mail.id}>
            <Mail mail={mail} />
            {oid ? (
              <>
                {' '}
                · <a href={commitHref(oid)}>commit {oid.slice(0, 12)}</a>
              </>
            ) : null}
            {stable.length ? ` · in ${stable.join(', ')}` : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Cves({ cves }: { cves: CveLine[] }) {
  if (!cves.length) return null;
  return (
    <section>
      <h2>CVE numbers named with it</h2>
      <ul className="weekly">
        {cves.map(({ cve, line, mail }) => (
          <li key={`${cve} ${mail.id}`}>
            <a href={searchHref(`cve:${cve}`)}>{cve}</a>: “<bdi>{line}</bdi>” in <Mail mail={mail} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Patches({ patches }: { patches: CommitPatch[] }) {
  if (!patches.length) return null;
  return (
    <section>
      <h2>The patch it comes from</h2>
      <ul className="weekly">
        {patches.map((patch) => (
          <li key={patch.id}>
            <Mail mail={patch} />
            {patch.series === null ? null : (
              <>
                {' '}
                · version {patch.number} of {patch.revisions} · <a href={`/series/${patch.series}/`}>its series</a>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Mails({ title, mails }: { title: string; mails: CommitMail[] }) {
  if (!mails.length) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className="weekly">
        {mails.map((mail) => (
          <li key={mail.id}>
            {mail.stable ? <b>{mail.stable} </b> : null}
            <Mail mail={mail} />
            {mail.tree ? (
              <>
                {' '}
                · <bdi>{mail.tree}</bdi>
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Mail({ mail }: { mail: CommitMail }) {
  return (
    <>
      <a href={anyHref(mail.msgid)}>
        <bdi>{mail.subject || '(no subject)'}</bdi>
      </a>
      , <bdi>{nameOf(mail.author, mail.address)}</bdi>, {shortDate(mail.sent_at)}
    </>
  );
}
