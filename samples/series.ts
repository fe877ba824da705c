import { diffstat, patchBody } from './diff';
import { quote, type SampleMail, SECOND_LIST, wrap, write } from './mail';
import { type Invented, PEOPLE } from './people';
import { type Answer, jumpPatches, jumpTexts, type Piece } from './texts';

const DAY = 86_400;
const PIECES = jumpPatches();
const AUTHOR = PEOPLE.wenling;
const TITLE = 'kexec jump, and hibernation by way of it';
const CHANGE_ID = '20080711-kexec-jump-5c2e91d07a44';

/** When each version was posted, in days after the first. */
const POSTED = [0, 16, 47, 93, 171];
const START = Date.UTC(2008, 1, 4, 6, 30) / 1000;

interface Letter {
  who: Invented;
  at: number;
  msgid: string;
  subject: string;
  references: string[];
  body: string;
}

/** Five versions of a series with their reviews, a replaced patch, a resend, and the mails that say it was applied. */
export function series(): SampleMail[] {
  const { news, answers } = jumpTexts();
  const letters = news.flatMap((text, i) => version(i + 1, text, answers));
  return [...letters.map(send), ...crossPosted(letters)];
}

const send = ({ who, msgid, at, subject, references, body }: Letter) =>
  write({ from: who, msgid, at, subject, references, body, to: [PEOPLE.keeper], cc: [PEOPLE.mirela, PEOPLE.noriko] });

/** Cover letters went to both lists. */
const crossPosted = (letters: Letter[]): SampleMail[] =>
  letters
    .filter((letter) => / 0\/4\]/.test(letter.subject) && letter.references.length === 0)
    .map(({ who, msgid, at, subject, body }) =>
      write({ from: who, msgid, at, subject, body, to: [PEOPLE.keeper], list: SECOND_LIST, cc: [PEOPLE.mirela] }),
    );

const tag = (number: number, n: number, more = '') => {
  const kind = number < 3 ? 'RFC PATCH' : 'PATCH';
  return `[${kind}${more}${number === 1 ? '' : ` v${number}`} ${n}/4]`;
};

function version(number: number, news: string, said: readonly Answer[]): Letter[] {
  const at = START + (POSTED[number - 1] ?? 0) * DAY;
  const cover = coverLetter(number, news, at);
  const patches = PIECES.map((piece, i) => patchLetter(piece, number, i + 1, at + 60 * (i + 1), [cover.msgid]));
  const parents = [cover, ...patches];
  const answers: Letter[] = [];
  for (const answer of said.filter((one) => one.version === number)) {
    const parent = answer.to === undefined ? parents[answer.patch] : answers[answer.to - 1];
    if (!parent) throw new Error(`jump.txt: nothing to answer at ${number}.${answer.patch}.${answer.to}`);
    answers.push(reply(answer, parent, answers.length));
  }
  return [...parents, ...answers, ...besides(number, cover, patches, at)];
}

function coverLetter(number: number, news: string, at: number): Letter {
  const files = PIECES.flatMap((piece) => piece.files(number));
  const titles = PIECES.map((piece) => `  ${piece.title}`).join('\n');
  const base = number < 4 ? '' : `\nbase-commit: ${'3f81c07b9a'.repeat(4)}\nchange-id: ${CHANGE_ID}\n`;
  const body = `${news}\n\n${AUTHOR.name} (4):\n${titles}\n\n${diffstat(files)}\n create mode 100644 kernel/kexec_region.c\n${base}\n-- \n1.5.6\n`;
  return {
    who: AUTHOR,
    at,
    msgid: `jump-v${number}-0.wltsao@example.org`,
    subject: `${tag(number, 0)} ${TITLE}`,
    references: [],
    body,
  };
}

function patchLetter(piece: Piece, number: number, n: number, at: number, references: string[], more = ''): Letter {
  const signed = number < 4 ? '' : `Reviewed-by: ${PEOPLE.ivo.name} <${PEOPLE.ivo.address}>\n`;
  const message = `${piece.message}\n\n${signed}Signed-off-by: ${AUTHOR.name} <${AUTHOR.address}>`;
  const notes =
    number === 1 ? '' : `v${number}: ${number === 2 ? 'review comments worked in' : 'see the cover letter'}`;
  return {
    who: AUTHOR,
    at,
    msgid: `jump-v${number}${more}-${n}.wltsao@example.org`,
    subject: `${tag(number, n)} ${piece.title}`,
    references,
    body: patchBody(message, piece.files(number), notes),
  };
}

function reply(answer: Answer, parent: Letter, n: number): Letter {
  const who = PEOPLE[answer.from];
  const at = parent.at + Math.round(answer.hours * 3600) + 137;
  if (answer.quote && !parent.body.split('\n').includes(answer.quote))
    throw new Error(`jump.txt: ${parent.msgid} has no line ${answer.quote}`);
  const quoted = answer.quote && quote(parent.who, parent.at, answer.quote).trimEnd();
  const body = [quoted, wrap(answer.text), answer.trailers].filter(Boolean);
  return {
    who,
    at,
    msgid: `jump-re${answer.version}.${n}.${who.address}`,
    subject: parent.subject.startsWith('Re: ') ? parent.subject : `Re: ${parent.subject}`,
    references: [...parent.references, parent.msgid],
    body: `${body.join('\n\n')}\n`,
  };
}

/** What follows a version besides replies: a replaced patch, a resend, the mails that say it was applied. */
function besides(number: number, cover: Letter, patches: Letter[], at: number): Letter[] {
  const second = PIECES[1];
  if (number === 3 && second) return [replacement(second, cover, at + 5 * DAY)];
  if (number === 4) return [cover, ...patches].map((letter) => again(letter, at + 41 * DAY));
  if (number === 5) return applied(cover, patches, at + 9 * DAY);
  return [];
}

function replacement(piece: Piece, cover: Letter, at: number): Letter {
  const letter = patchLetter(piece, 4, 2, at, [cover.msgid, 'jump-v3-2.wltsao@example.org']);
  const body = letter.body.replace('v4: see the cover letter', 'v3.1: gives an exchange up that fails');
  return { ...letter, body, msgid: 'jump-v3.1-2.wltsao@example.org', subject: `[PATCH v3.1 2/4] ${piece.title}` };
}

function again(letter: Letter, at: number): Letter {
  const msgid = letter.msgid.replace('jump-', 'jump-resend-');
  const references = letter.references.map((id) => id.replace('jump-', 'jump-resend-'));
  return {
    ...letter,
    at: at + ((letter.at % 3600) % 600),
    msgid,
    references,
    subject: letter.subject.replace('[PATCH', '[RESEND PATCH'),
  };
}

function applied(cover: Letter, patches: Letter[], at: number): Letter[] {
  const tip = PIECES.slice(0, 2).map((piece, i): Letter => {
    const link = `Link: https://lists.example.org/r/jump-v5-${i + 1}.wltsao@example.org`;
    const message = `Commit-ID:  ${'9c41d0e7b2'.repeat(4)}\nAuthor:     ${AUTHOR.name} <${AUTHOR.address}>\n\n${piece.title}\n\n${piece.message}\n\nSigned-off-by: ${AUTHOR.name} <${AUTHOR.address}>\n${link}`;
    const subject = `[tip: x86/kexec] ${piece.title}`;
    return {
      who: PEOPLE.robot,
      at: at + 900 + i,
      msgid: `tip-jump-${i + 1}.build-robot@example.org`,
      subject,
      references: [patches[i]?.msgid ?? ''],
      body: patchBody(message, piece.files(5)),
    };
  });
  const thanks: Letter = {
    who: PEOPLE.keeper,
    at,
    msgid: 'jump-applied.ansel@example.org',
    subject: `Re: ${cover.subject}`,
    references: [cover.msgid],
    body: `${quote(cover.who, cover.at, cover.body.split('\n')[0] ?? '')}\nApplied to the kexec branch, thanks.\n\n[1/4] ${PIECES[0]?.title}\n      commit: 9c41d0e7b29c\n[2/4] ${PIECES[1]?.title}\n      commit: 77ab03d1f5c2\n\nPatches 3 and 4 wait for an answer about the size of the table.\n`,
  };
  return [thanks, ...tip];
}
