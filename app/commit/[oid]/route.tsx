import { type CommitMail, type CommitPage, type CommitPatch, MIN_OID, readCommit } from '#db/queries/commit';
import { anySynthetic } from '#db/queries/home';
import { notFound, page, problem } from '../../_page/page';
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
    return problem(400, 'This is no name of a commit', `A commit is named by ${MIN_OID} to 40 hex digits.`);
  if (!rest.length) return redirect(commitHref(oid), 301);
  const commit = await readCommit(db, oid);
  const { oids } = commit;
  if (!Object.values(commit).some(({ length }) => length)) return notFound(`The commit ${oid}`, oid);
  const [whole] = oids.length === 1 ? oids : [];
  return (
    <Document at={commitHref(oid)} title={`Commit ${oid.slice(0, 12)} · Threadline`} synthetic={await anySynthetic(db)}>
      <h1>
        Commit <code>{whole ?? oid}</code>
      </h1>
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
      {oids.length} commits begin so:{' '}
      {oids.map((one) => (
        <span key={one}>
          <a href={commitHref(one)}>{one}</a>{' '}
        </span>
      ))}
    </p>
  );
}

function Sections({ commit }: { commit: CommitPage }) {
  const { patches, taken, stable, fixes, reverts, named } = commit;
  return (
    <>
      <Patches patches={patches} />
      <Mails title="Taken, by the mails that say so" mails={taken} />
      <Mails title="In stable trees" mails={stable} />
      <Mails title="Fixed later by" mails={fixes} />
      <Mails title="Reverted by" mails={reverts} />
      <Mails title="Named in" mails={named} />
    </>
  );
}

function Patches({ patches }: { patches: CommitPatch[] }) {
  if (!patches.length) return null;
  return (
    <section>
      <h2>The patch it comes from</h2>
      <ul>
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
      <ul>
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
