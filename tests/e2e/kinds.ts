import type { Page } from 'playwright-core';

/** A page of the sample archive (seed 1, 400 messages), one of each kind. */
export interface PageKind {
  kind: string;
  path: string;
  /** If given, this form is submitted, and the page is its result. */
  form?: { label: string; text: string; button: string };
}

const LIST = '/threadline-sample/';
const LONG = `${LIST}stop.a.jrdwzl.mirela.danescu@example.org/`;
const SERIES = '/series/9616852800/';

/** Every page kind; URLs that depend on the data are found by following links. */
export async function pageKinds(page: Page, base: string): Promise<PageKind[]> {
  const first = async (from: string, selector: string) => {
    await page.goto(base + from);
    return (await page.locator(selector).first().getAttribute('href')) ?? '';
  };
  const text = await first('/search/?q=s:hibernation+-is:patch', '.results li > a');
  const patch = await first('/search/?q=is:patch+-is:cover', '.results li > a');
  const attachment = await first('/search/?q=has:attachment', '.results li > a');
  const blob = await first(patch, '.fl a');
  const short = await first('/search/?q=s:ramdiag', '.results li > a');
  const person = await first('/people/', '.threads li > a');
  const mmFile = await first('/mm/2.6.76-rc6-mm2/', '.changes a');
  const story = await first('/stories/', '.stories a');
  return [
    { kind: 'home', path: '/' },
    { kind: 'lists', path: '/?lists=' },
    { kind: 'new since', path: '/?since=2008-07-20' },
    { kind: 'saved', path: '/saved/' },
    { kind: 'glossary', path: '/glossary/' },
    { kind: 'list', path: LIST },
    { kind: 'all lists', path: '/all/' },
    { kind: 'older threads', path: `${LIST}?before=9616852800` },
    { kind: 'month', path: `${LIST}2008-07/` },
    { kind: 'year', path: `${LIST}2008/` },
    { kind: 'week', path: `${LIST}2008-W30/` },
    { kind: 'day', path: `${LIST}2008-07-20/` },
    { kind: 'month without mail', path: `${LIST}1999-01/` },
    { kind: 'thread, long', path: `${LONG}t/` },
    { kind: 'thread, flat', path: `${LONG}T/` },
    { kind: 'thread, short', path: `${short}t/` },
    { kind: 'digest', path: `${LONG}digest/` },
    { kind: 'message', path: text },
    { kind: 'message, patch', path: patch },
    { kind: 'message with attachment', path: attachment },
    { kind: 'message with lines marked', path: `${text}?lines=1-2` },
    { kind: 'search', path: '/search/?q=kexec' },
    { kind: 'search, threads', path: '/search/?q=kexec&group=thread&sort=relevance' },
    { kind: 'search, nothing found', path: '/search/?q=kexek+panik' },
    { kind: 'search, query with a fault', path: '/search/?q=%22kexec+(panic+OR' },
    { kind: 'search help', path: '/search/' },
    { kind: 'topics', path: '/topics/' },
    { kind: 'topic', path: '/topics/ras/' },
    { kind: 'system', path: '/topics/ras/kdb/' },
    { kind: 'people', path: '/people/' },
    { kind: 'nobody of that name', path: '/people/?name=zzzz' },
    { kind: 'person', path: person },
    { kind: 'series list', path: '/series/' },
    { kind: 'series', path: SERIES },
    { kind: 'series diff', path: `${SERIES}diff/` },
    { kind: 'states', path: '/series/states/' },
    { kind: 'commit', path: '/commit/91d2c05be77a/' },
    { kind: 'mm', path: '/mm/' },
    { kind: 'mm release', path: '/mm/2.6.76-rc6-mm2/' },
    { kind: 'mm month', path: '/mm/2008-07/' },
    { kind: 'mm patch', path: mmFile },
    { kind: 'stories', path: '/stories/' },
    { kind: 'story', path: story },
    { kind: 'withdrawn messages', path: '/withdrawn/' },
    { kind: 'quote finder', path: '/quotes/' },
    {
      kind: 'quotes found',
      path: '/quotes/',
      form: {
        label: 'Article',
        text: 'He wrote, "A kernel that has panicked is a kernel whose data structures cannot be believed," and "never in the archive at all, these words".',
        button: 'Find quotations',
      },
    },
    { kind: '404, message', path: `${LIST}nothing@example.org/` },
    { kind: '404, blob', path: blob },
    { kind: '404, list', path: '/nosuchlist/' },
    { kind: '400', path: `${LIST}2009-13/` },
  ];
}

/** Opens a page, through its form if it has one. */
export async function visit(page: Page, base: string, { path, form }: PageKind): Promise<void> {
  await page.goto(base + path);
  if (!form) return;
  await page.getByLabel(form.label).fill(form.text);
  await page.getByRole('button', { name: form.button }).click();
  await page.locator('.quotes').waitFor();
}

/** The path of Chromium for these tests; and below, its arguments. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
