import { type Draft, quote, type SampleMail, wrap, write } from './mail';
import { type Invented, PEOPLE } from './people';

/** One contribution to a discussion: who, in answer to whom (key), hours after that, and the words; `#n` at the start quotes paragraph n of the parent. */
export type Turn = [key: string, who: keyof typeof PEOPLE, parent: string | null, hours: number, text: string];

export interface Talk {
  /** Begins the Message-IDs. */
  name: string;
  subject: string;
  start: number;
  turns: Turn[];
  /** Keys of turns that are not in the archive: others answer a message that nobody has (ghosts). */
  missing?: string[];
  /** Keys whose subject changes, and to what. */
  renamed?: Record<string, string>;
}

interface Said {
  who: Invented;
  at: number;
  paragraphs: string[];
  body: string;
  msgid: string;
  references: string[];
  subject: string;
}

/** Writes a discussion: each answer quotes what it answers, with the lines that name the author, as mailers do. */
export function* writeTalk(talk: Talk): Generator<{ mail: SampleMail; draft: Draft; key: string }> {
  const said = new Map<string, Said>();
  for (const [key, who, parentKey, hours, text] of talk.turns) {
    const parent = parentKey === null ? undefined : said.get(parentKey);
    const one = compose(talk, key, PEOPLE[who], parent, hours, text);
    said.set(key, one);
    if (talk.missing?.includes(key)) continue;
    const draft: Draft = {
      from: one.who,
      subject: one.subject,
      msgid: one.msgid,
      at: one.at,
      body: one.body,
      references: one.references,
      ...(parent ? { to: [parent.who] } : {}),
    };
    yield { mail: write(draft), draft, key };
  }
}

function compose(talk: Talk, key: string, who: Invented, parent: Said | undefined, hours: number, text: string): Said {
  const at = (parent?.at ?? talk.start) + Math.round(hours * 3600) + key.length * 17;
  const asked = /^#(\d+) /.exec(text);
  const paragraphs = text
    .slice(asked?.[0].length ?? 0)
    .split('\n\n')
    .map((paragraph) => wrap(paragraph.trim()));
  const plain = talk.subject.replace(/^Re: /, '');
  const quoted = parent
    ? `${quote(parent.who, parent.at, parent.paragraphs[Number(asked?.[1] ?? 0)] ?? parent.paragraphs[0] ?? '')}\n`
    : '';
  const sign = `\n-- \n${who.name}\n`;
  const words = paragraphs.join('\n\n');
  return {
    who,
    at,
    // What is quoted again further down stands with one more mark.
    paragraphs: parent
      ? [...paragraphs, ...parent.paragraphs.slice(0, 1).map((line) => line.replace(/^/gm, '> '))]
      : paragraphs,
    body: `${quoted}${words}\n${key.length % 3 === 0 ? sign : ''}`,
    msgid: `${talk.name}-${key}@example.org`,
    references: parent ? [...parent.references.slice(-8), parent.msgid] : [],
    subject: talk.renamed?.[key] ?? (parent ? `Re: ${parent.subject.replace(/^Re: /, '')}` : plain),
  };
}
