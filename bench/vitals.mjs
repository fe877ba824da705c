// node bench/vitals.mjs http://localhost:3000 [ROUNDS]: measures each page kind of a running server in a browser: first and largest
// contentful paint, layout shift, blocking time, size. Prints a Markdown table of medians, each round with an empty cache.
import { chromium } from 'playwright-core';

const [base, rounds = '5'] = process.argv.slice(2);
if (!base) {
  process.stderr.write('usage: node bench/vitals.mjs BASE [ROUNDS], with the URL of a running server\n');
  process.exit(2);
}

const json = async (path) => (await fetch(`${base}/api/v1${path}`)).json();
const most = (all, of) => [...all].sort((a, b) => of(b) - of(a))[0];

/** The largest page of each kind among those on the first pages of the API. */
async function kinds() {
  const { lists } = await json('/lists');
  const list = most(lists, (one) => one.messages).name;
  const threads = [];
  for (const { name } of lists) {
    for (let before = '', n = 0; before !== null && n < 40; n++) {
      const page = await json(`/lists/${name}/threads${before === '' ? '' : `?before=${before}`}`);
      threads.push(...page.threads.map((thread) => ({ ...thread, list: name })));
      before = page.next;
    }
  }
  const thread = most(threads, (one) => one.messages);
  const at = `/${thread.list}/${encodeURIComponent(thread.root)}/`;
  const topic = most((await json('/topics')).topics, (one) => one.messages);
  const person = (await json('/people')).people[0];
  const series = most((await json('/series')).series, (one) => one.revisions * one.patches);
  const release = (await (await fetch(`${base}/mm/`)).text()).match(/href="(\/mm\/[^"]+-mm\d+\/)"/)?.[1];
  return [
    ['home', '/'],
    [`list ${list}`, `/${list}/`],
    [`thread, ${thread.messages} mails`, `${at}t/`],
    ['the same, flat', `${at}T/`],
    ['its digest', `${at}digest/`],
    ['message', at],
    ['search', '/search/?q=kernel'],
    ['topics', '/topics/'],
    [`topic ${topic?.slug}`, topic && `/topics/${topic.slug}/`],
    ['people', '/people/'],
    [`person, ${person?.messages} mails`, person && `/people/${encodeURIComponent(person.id)}/`],
    ['series list', '/series/'],
    [`series, ${series?.revisions} versions`, series && `/series/${series.id}/`],
    ['mm release', release],
    ['stories', '/stories/'],
    ['quote finder', '/quotes/'],
    ['404', '/all/nothing@example.org/'],
  ].filter(([, path]) => path);
}

/** Runs in the page before its own scripts. */
function observe() {
  const seen = { paint: 0, largest: 0, shift: 0, tasks: [] };
  Object.assign(window, { seen });
  const on = (type, take) =>
    new PerformanceObserver((found) => found.getEntries().forEach(take)).observe({ type, buffered: true });
  on('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') seen.paint = entry.startTime;
  });
  on('largest-contentful-paint', (entry) => {
    seen.largest = entry.startTime;
  });
  on('layout-shift', (entry) => {
    seen.shift += entry.value;
  });
  on('longtask', (entry) => {
    seen.tasks.push(entry.duration);
  });
}

async function measure(browser, path) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  const page = await context.newPage();
  await page.addInitScript(observe);
  await page.goto(base + path, { waitUntil: 'load' });
  await page.waitForTimeout(300);
  const found = await page.evaluate(() => ({
    ...window.seen,
    nodes: document.querySelectorAll('*').length,
    entries: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(
      ({ encodedBodySize, decodedBodySize }) => [encodedBodySize, decodedBodySize],
    ),
  }));
  await context.close();
  return {
    paint: found.paint,
    largest: found.largest,
    shift: found.shift,
    blocked: found.tasks.reduce((sum, task) => sum + Math.max(0, task - 50), 0),
    html: found.entries[0][1],
    sent: found.entries.reduce((sum, [encoded]) => sum + encoded, 0),
    requests: found.entries.length,
    nodes: found.nodes,
  };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const kb = (bytes) => (bytes / 1000).toFixed(1);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
process.stdout.write(
  '| page | first paint, ms | largest paint, ms | layout shift | blocked, ms | HTML, kB | all sent, kB | requests | elements |\n|---|---|---|---|---|---|---|---|---|\n',
);
for (const [kind, path] of await kinds()) {
  const runs = [];
  for (let n = 0; n < Number(rounds); n++) runs.push(await measure(browser, path));
  const of = (name) => median(runs.map((run) => run[name]));
  process.stdout.write(
    `| ${kind} | ${Math.round(of('paint'))} | ${Math.round(of('largest'))} | ${Math.max(...runs.map(({ shift }) => shift))} | ${Math.round(of('blocked'))} | ${kb(of('html'))} | ${kb(of('sent'))} | ${of('requests')} | ${of('nodes')} |\n`,
  );
}
await browser.close();
