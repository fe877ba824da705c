import { baseUrl } from '../_page/atom';
import { page } from '../_page/page';
import { sectionsOf } from '../_page/sections';
import { Document } from '../_ui/Document';
import { assetHref } from '../_web/assets';

/** `/saved/`: what the reader's browser has saved. The server knows nothing about it. */
export const GET = page(async ({ request, db }) => {
  const base = baseUrl(request);
  return (
    <Document sections={await sectionsOf(db)} title="Saved · Threadline" at="/saved/">
      <h1>Saved</h1>
      <p className="facts">
        The threads, series and searches that you saved, and what you have read. All of it is kept in your browser;
        nothing is sent to the server, and there is no account.
      </p>
      <noscript>
        <p className="note">
          Saving needs JavaScript. Without it, use bookmarks: every state of a page is in its address.
        </p>
      </noscript>
      <div id="saved" />
      {/* Runs before the rest of the page is drawn, so that nothing moves. */}
      <script src={assetHref('saved.js')} />
      <section className="js" aria-labelledby="file">
        <h2 id="file">Move to another browser</h2>
        <p>Export writes one file. Import adds its saved and read pages to those that the other browser already has.</p>
        <p>
          <button type="button" id="export">
            Export
          </button>{' '}
          <label>
            Import <input type="file" id="import" accept="application/json,.json" />
          </label>
        </p>
        <output id="said" />
      </section>
      <section className="help" aria-labelledby="pushed">
        <h2 id="pushed">Follow what is new</h2>
        <dl>
          <dt>In a feed reader</dt>
          <dd>Every search, list, week and list of debates has an Atom feed, linked at the top of its page.</dd>
          <dt>In your mailbox, with lei</dt>
          <dd>
            <pre className="query">{`lei q -o ~/mail/edac --only ${base}/all/ 's:EDAC AND rt:1.month.ago..'\nlei up ~/mail/edac`}</pre>
            lei queries this archive as it queries lore. The first command creates the search; the second fetches new
            mail.
          </dd>
          <dt>By mail</dt>
          <dd>
            The operator can send you a summary of each week, or the week&rsquo;s results of a search (
            <code>npm run digest</code>).
          </dd>
        </dl>
      </section>
    </Document>
  );
});
