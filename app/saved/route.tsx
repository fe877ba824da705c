import { baseUrl } from '../_page/atom';
import { page } from '../_page/page';
import { Document } from '../_ui/Document';
import { assetHref } from '../_web/assets';

/** `/saved/`: what the reader's own browser keeps. The server knows nothing of it. */
export const GET = page(async ({ request }) => {
  const base = baseUrl(request);
  return (
    <Document title="Saved · Threadline" at="/saved/">
      <h1>Saved</h1>
      <p className="facts">
        Threads, series and searches that you keep, and what you have read. Your browser has them; nothing of it is
        sent, and there is no account.
      </p>
      <noscript>
        <p className="note">
          Saving takes JavaScript. Without it, bookmarks do the same: every state of a page is in its address.
        </p>
      </noscript>
      <div id="saved" />
      {/* Runs where the list stands, before what is below it is drawn: nothing moves. */}
      <script src={assetHref('saved.js')} />
      <section className="js" aria-labelledby="file">
        <h2 id="file">To another browser</h2>
        <p>One file has all of it: what is saved, what is read, the theme. What the other browser has is kept.</p>
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
        <h2 id="pushed">Told of what is new</h2>
        <dl>
          <dt>In a feed reader</dt>
          <dd>Every search, list, week and list of debates has an Atom feed, linked at the top of its page.</dd>
          <dt>In your mailbox, by lei</dt>
          <dd>
            <pre className="query">{`lei q -o ~/mail/edac --only ${base}/all/ 's:EDAC AND rt:1.month.ago..'\nlei up ~/mail/edac`}</pre>
            lei asks this archive as it asks lore: the first line makes the search, the second fetches what is new.
          </dd>
          <dt>By mail</dt>
          <dd>
            The operator may send you each week what happened, or what a search finds of it (<code>npm run digest</code>
            ).
          </dd>
        </dl>
      </section>
    </Document>
  );
});
