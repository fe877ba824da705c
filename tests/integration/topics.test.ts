import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Reader } from '../../db/open';
import { sameTopic } from '../../db/queries/sametopic';
import { everyMatch } from '../../db/queries/search/index';
import { parseQuery } from '../../query/parse';
import { expandTopics, parseTopics } from '../../site/topic';
import { ingest, scratch } from '../command';

interface Mail {
  id: string;
  subject: string;
  text: string;
  from?: string;
  to?: string;
}

const mbox = (mails: Mail[]) =>
  mails
    .map(
      ({ id, subject, text, from = 'Ada Example <ada@example.org>', to }, n) =>
        `From x Thu Jan  1 00:00:00 2004\nFrom: ${from}\nDate: Thu, 1 Jan 2004 00:${String(n).padStart(2, '0')}:00 +0000\n` +
        `Subject: ${subject}\nMessage-ID: <${id}@example.org>\n${to ? `References: <${to}@example.org>\n` : ''}\n${text}\n`,
    )
    .join('\n');

const MAILS: Mail[] = [
  { id: 'title', subject: 'Machine checks on old boards', text: 'What do they mean?' },
  { id: 'stem', subject: 'State machine checking', text: 'The states are wrong.' },
  { id: 'passing', subject: 'A new driver', text: 'It survives a machine check, by the way.' },
  { id: 'robot', subject: 'machine check: build failed', text: 'none', from: 'kernel test robot <lkp@example.org>' },
  { id: 'a0', subject: 'Boards that die', text: 'Mine does.' },
  { id: 'a1', subject: 'Re: Boards that die', text: 'Is it a machine check?', to: 'a0' },
  { id: 'a2', subject: 'Re: Boards that die', text: 'No machine check is seen.', to: 'a0' },
  { id: 'a3', subject: 'Re: Boards that die', text: 'A machine check kills it.', to: 'a0' },
  {
    id: 'c0',
    subject: 'The fan does not stop',
    text: 'My configuration:\n\nCONFIG_X86_MCE=y\nCONFIG_MACHINE_CHECK=y\n',
  },
  {
    id: 'c1',
    subject: 'Re: The fan does not stop',
    text: '[    0.100000] mce: machine check polling timer started.\n[    0.200000] mce: machine check events logged',
    to: 'c0',
  },
  { id: 'c2', subject: 'Re: The fan does not stop', text: '# CONFIG_MACHINE_CHECK is not set\n', to: 'c0' },
  { id: 'a4', subject: 'Re: Boards that die', text: 'I agree.', to: 'a0' },
  { id: 'f1', subject: 'fan/left: it hums', text: 'It does.' },
  { id: 'f2', subject: 'fan/right: it hums too', text: 'It does.' },
  { id: 'f3', subject: 'Re: fan/right: it hums too', text: 'Mine as well.', to: 'f2' },
  { id: 'f4', subject: '[PATCH] fan/left: oil it', text: 'Oil.' },
  { id: 'f5', subject: '[PATCH] fan/left: turn it', text: 'Turn.' },
  { id: 'f6', subject: 'The fan/left again', text: 'Again.' },
];

const TOPICS = parseTopics(
  JSON.stringify({ topics: [{ slug: 'mce', title: 'MCE', description: '', query: '"machine check"', systems: [] }] }),
  'topics.json',
);

describe('a topic', () => {
  const folder = scratch();
  let reader: Reader;
  beforeAll(async () => {
    writeFileSync(`${folder.path}/a.mbox`, mbox(MAILS));
    ingest(`${folder.path}/a.sqlite`, `${folder.path}/a.mbox`);
    reader = await Reader.open(`${folder.path}/a.sqlite`, 1);
  }, 60_000);
  afterAll(async () => {
    await reader.close();
    folder.remove();
  });

  const found = (query: string) =>
    reader.read(async (db) => {
      const parsed = parseQuery(query, 0);
      if (!parsed.tree) throw new Error('no query');
      const ids = await everyMatch(db, expandTopics(parsed.tree, TOPICS));
      const rows = await db.all<{ msgid: string }>(
        'SELECT msgid FROM message WHERE id IN (SELECT value FROM json_each(?))',
        [JSON.stringify(ids)],
      );
      return rows.map(({ msgid }) => msgid.replace('@example.org', '')).sort();
    });

  it('has mails with it in the title, and mails that mention it in a thread about it', async () => {
    expect(await found('topic:mce')).toEqual(['a1', 'a2', 'a3', 'title']);
  });
  it('can be part of a query', async () => {
    expect(await found('topic:mce kills')).toEqual(['a3']);
    expect(await found('agree OR topic:mce')).toEqual(['a1', 'a2', 'a3', 'a4', 'title']);
    expect(await found('board NOT topic:mce')).toEqual(['a0', 'a4']);
  });
  it('is what the subjects of other threads name: the narrowest that several do', async () => {
    const related = (subject: string) =>
      reader.read(async (db) => {
        const topic = await sameTopic(db, subject, { series: [] });
        return topic && [topic.name, ...topic.threads.map(({ msgid }) => msgid.replace('@example.org', ''))];
      });
    expect(await related('[PATCH v2] fan/left: oil it')).toEqual(['fan/left', 'f6', 'f5', 'f4', 'f1']);
    expect(await related('fan/top: hot')).toEqual(['fan', 'f6', 'f5', 'f4', 'f2', 'f1']);
    expect(await related('lamp: dark')).toBeNull();
    expect(await related('Fans hum')).toBeNull();
  });
  it('can exclude robots', async () => {
    expect(await found('is:bot')).toEqual(['robot']);
    expect(await found('failed NOT is:bot')).toEqual([]);
  });
});
