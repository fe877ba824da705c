import { FACTS } from './fact';
import type { SearchColumn } from './term';

/** The columns of `search` (db/schema.sql) for the lines of a diff, and those for the whole body. */
const DIFF = ['file', 'hunk', 'removed', 'added', 'context'] as const;
/** The subject and the author's words, including trailers. */
const SAID = ['subject', 'own', 'aside'] as const;
export const BODY = ['own', 'aside', 'quoted', ...DIFF, 'attachment'] as const;

/** The source of suggested values while a prefix is typed. */
export type ValueSource = 'people' | 'persons' | 'lists' | 'topics' | 'systems' | 'states' | readonly string[];

/** The properties of all prefixes. */
interface Common {
  /** The prefix as typed, without the colon. */
  name: string;
  /** What it searches, in the words of the suggestions and the help page. */
  meaning: string;
  /** An example to copy. */
  example: string;
  /** Other names, as used in mail headers and notmuch. */
  also?: readonly string[];
  /** Wrong names that take other values; the answer suggests the right name. */
  insteadOf?: readonly string[];
  values?: ValueSource;
}

/** Words in `columns` of `search`. `header` if they are not in the mail's text, so that no excerpt can show them. */
export interface WordPrefix<F = string> extends Common {
  kind: 'words';
  field: F;
  columns: readonly SearchColumn[];
  header?: true;
  /** The phrases that mails use for a number or name. */
  phrases?: (value: string) => readonly string[];
}
/** A header that is compared as a whole. */
interface WholePrefix<F = string> extends Common {
  kind: 'whole';
  field: F;
}
/** An identifier that is looked up in a table (query/term.ts). */
interface TermPrefix<F = string> extends Common {
  kind: 'term';
  field: F;
}
/** A range of dates: `d` is the `Date:` header, `rt` the arrival. */
interface RangePrefix extends Common {
  kind: 'range';
  field: 'd' | 'rt';
}
/** A prefix that only Threadline has: a result of its analyses. db/queries/search/condition.ts has the conditions. */
interface TestPrefix extends Common {
  kind: 'test';
}

export type Prefix =
  | WordPrefix<PrefixField>
  | WholePrefix<PrefixField>
  | TermPrefix<TermField>
  | RangePrefix
  | TestPrefix;

const TABLE = [
  {
    name: 's',
    kind: 'words',
    field: 's',
    columns: ['subject'],
    header: true,
    meaning: 'subject',
    example: 's:RFC',
    also: ['subject', 'title'],
  },
  {
    name: 'f',
    kind: 'words',
    field: 'f',
    columns: ['author'],
    header: true,
    meaning: 'from: name or address of the author',
    example: 'f:wysocki',
    also: ['from', 'author'],
    values: 'people',
  },
  {
    name: 't',
    kind: 'words',
    field: 't',
    columns: ['recipient'],
    header: true,
    meaning: 'to',
    example: 't:linux-acpi@vger.kernel.org',
    also: ['to'],
    values: 'people',
  },
  {
    name: 'c',
    kind: 'words',
    field: 'c',
    columns: ['copied'],
    header: true,
    meaning: 'cc',
    example: 'c:stable@vger.kernel.org',
    also: ['cc'],
    values: 'people',
  },
  {
    name: 'tc',
    kind: 'words',
    field: 'tc',
    columns: ['recipient', 'copied'],
    header: true,
    meaning: 'to or cc',
    example: 'tc:linux-acpi@vger.kernel.org',
    values: 'people',
  },
  ...['a', 'tcf'].map(
    (name): WordPrefix<'a'> => ({
      name,
      kind: 'words',
      field: 'a',
      columns: ['author', 'recipient', 'copied'],
      header: true,
      meaning: 'from, to or cc',
      example: `${name}:rafael`,
      values: 'people',
    }),
  ),
  {
    name: 'b',
    kind: 'words',
    field: 'b',
    columns: BODY,
    meaning: 'body',
    example: 'b:"machine check"',
    also: ['body', 'text'],
  },
  {
    name: 'bs',
    kind: 'words',
    field: 'bs',
    columns: ['subject', ...BODY],
    meaning: 'subject or body',
    example: 'bs:hibernation',
  },
  {
    name: 'nq',
    kind: 'words',
    field: 'nq',
    columns: ['own', 'aside', ...DIFF, 'attachment'],
    meaning: 'own words, not quoted ones',
    example: 'nq:suspend',
  },
  { name: 'q', kind: 'words', field: 'q', columns: ['quoted'], meaning: 'quoted words', example: 'q:suspend' },
  {
    name: 'n',
    kind: 'words',
    field: 'n',
    columns: ['attachment'],
    header: true,
    meaning: 'attachment: its name or text',
    example: 'n:config',
  },
  {
    name: 'm',
    kind: 'words',
    field: 'm',
    columns: ['msgid'],
    header: true,
    meaning: 'Message-ID, in part',
    example: 'm:alien8',
    also: ['msgid', 'message-id'],
  },
  {
    name: 'mid',
    kind: 'whole',
    field: 'mid',
    meaning: 'Message-ID, whole',
    example: 'mid:20190102030405.1@example.org',
  },
  {
    name: 'l',
    kind: 'words',
    field: 'l',
    columns: ['list'],
    header: true,
    meaning: 'List-Id, in part',
    example: 'l:vger',
  },
  { name: 'lid', kind: 'whole', field: 'lid', meaning: 'List-Id, whole', example: 'lid:linux-pm.vger.kernel.org' },
  {
    name: 'dfn',
    kind: 'words',
    field: 'dfn',
    columns: ['file'],
    meaning: 'file name in a diff',
    example: 'dfn:drivers/edac/',
    also: ['file', 'path'],
  },
  {
    name: 'dfa',
    kind: 'words',
    field: 'dfa',
    columns: ['removed'],
    meaning: 'removed line of a diff',
    example: 'dfa:WARN_ON_ONCE',
  },
  {
    name: 'dfb',
    kind: 'words',
    field: 'dfb',
    columns: ['added'],
    meaning: 'added line of a diff',
    example: 'dfb:WARN_ON_ONCE',
  },
  {
    name: 'dfctx',
    kind: 'words',
    field: 'dfctx',
    columns: ['context'],
    meaning: 'unchanged line of a diff',
    example: 'dfctx:mce_log',
  },
  {
    name: 'dfhh',
    kind: 'words',
    field: 'dfhh',
    columns: ['hunk'],
    meaning: 'hunk header, mostly a function',
    example: 'dfhh:do_machine_check',
  },
  { name: 'dfpre', kind: 'term', field: 'dfpre', meaning: 'blob before the change', example: 'dfpre:1a2b3c4d' },
  { name: 'dfpost', kind: 'term', field: 'dfpost', meaning: 'blob after the change', example: 'dfpost:1a2b3c4d' },
  { name: 'dfblob', kind: 'term', field: 'dfblob', meaning: 'blob before or after', example: 'dfblob:1a2b3c4d' },
  {
    name: 'patchid',
    kind: 'term',
    field: 'patchid',
    meaning: 'git patch-id --stable',
    example: 'patchid:2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e',
  },
  {
    name: 'changeid',
    kind: 'term',
    field: 'changeid',
    meaning: "change-id of b4's footer or of X-Change-ID",
    example: 'changeid:20240101-name-0123456789ab',
  },
  {
    name: 'forpatchid',
    kind: 'term',
    field: 'forpatchid',
    meaning: 'X-For-Patch-ID',
    example: 'forpatchid:2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e',
  },
  {
    name: 'd',
    kind: 'range',
    field: 'd',
    meaning: 'sent within these dates',
    example: 'd:20220101..20221231',
    insteadOf: ['date', 'before', 'after', 'since', 'until'],
  },
  {
    name: 'dt',
    kind: 'range',
    field: 'd',
    meaning: 'sent within, to the second',
    example: 'dt:20220101000000..20220101120000',
  },
  { name: 'rt', kind: 'range', field: 'rt', meaning: 'arrived within', example: 'rt:2.weeks.ago..' },
  {
    name: 'is',
    kind: 'test',
    meaning: 'kind of mail',
    example: 'is:cover',
    values: ['patch', 'cover', 'reply', 'bot'],
  },
  {
    name: 'has',
    kind: 'test',
    meaning: `what a mail has: ${['attachment', ...FACTS.map(({ name }) => name)].join(', ')}`,
    example: 'has:attachment',
    values: ['attachment', ...FACTS.map(({ name }) => name)],
  },
  { name: 'list', kind: 'test', meaning: 'one list, by its name here', example: 'list:linux-pm', values: 'lists' },
  { name: 'topic', kind: 'test', meaning: 'a topic', example: 'topic:kexec', values: 'topics' },
  { name: 'system', kind: 'test', meaning: 'a system argued about', example: 'system:kdump', values: 'systems' },
  {
    name: 'person',
    kind: 'test',
    meaning: 'a person, under all addresses',
    example: 'person:anna@example.org',
    values: 'persons',
  },
  {
    name: 'status',
    kind: 'test',
    meaning: 'patches, by what became of their series',
    example: 'status:applied',
    also: ['state'],
    values: 'states',
  },
  { name: 'tag', kind: 'test', meaning: 'a word in the brackets of the subject', example: 'tag:RFC' },
  { name: 'commit', kind: 'test', meaning: 'mails that name a commit, and its patch', example: 'commit:1a2b3c4d5e6f' },
  { name: 'fixes', kind: 'test', meaning: 'patches that say Fixes: a commit', example: 'fixes:1a2b3c4d5e6f' },
  {
    name: 'closes',
    kind: 'test',
    meaning: 'patches whose Closes, Bugzilla or Reported-by says so, in part',
    example: 'closes:bugzilla.kernel.org',
    also: ['bug'],
  },
  {
    name: 'bugzilla',
    kind: 'words',
    field: 'bugzilla',
    columns: SAID,
    phrases: (value) => [/^\d+$/.test(value) ? `show_bug.cgi?id=${value}` : value],
    meaning: 'links to a Bugzilla: a number, or a part of the link',
    example: 'bugzilla:218000',
  },
  {
    name: 'cve',
    kind: 'words',
    field: 'cve',
    columns: SAID,
    phrases: (value) => [/^cve/i.test(value) ? value : `CVE-${value}`],
    meaning: 'a CVE number',
    example: 'cve:2024-26581',
  },
  {
    name: 'syzbot',
    kind: 'words',
    field: 'syzbot',
    columns: ['author', 'recipient', 'copied', ...SAID],
    phrases: (value) => {
      const id = value.replace(/^syzbot\+/i, '').replace(/@.*$/, '');
      return [`syzbot+${id}`, `extid=${id}`];
    },
    meaning: 'a report of syzbot, by its id',
    example: 'syzbot:0123456789abcdef0123',
  },
  {
    name: 'regzbot',
    kind: 'words',
    field: 'regzbot',
    columns: SAID,
    phrases: (value) => [`regzbot ${value}`],
    meaning: 'lines for regzbot, by what follows the word',
    example: 'regzbot:introduced',
  },
  ...(['reported', 'reviewed', 'acked', 'tested'] as const).map(
    (did): TestPrefix => ({
      name: `${did}-by`,
      kind: 'test',
      meaning: `mails that give ${did === 'acked' ? 'an Acked-by' : `a ${did[0]?.toUpperCase()}${did.slice(1)}-by`}, and the patches they give it to`,
      example: `${did}-by:rafael`,
      values: 'people',
    }),
  ),
] as const satisfies readonly (WordPrefix | WholePrefix | TermPrefix | RangePrefix | TestPrefix)[];

/** The fields that the table names: those with words, and identifiers. */
export type PrefixField = Extract<(typeof TABLE)[number], { kind: 'words' | 'whole' }>['field'];
export type TermField = Extract<(typeof TABLE)[number], { kind: 'term' }>['field'];

/**
 * Every prefix of the search language. The parser, the planner, the suggestions, the help page and docs/SEARCH.md all use this table.
 * All prefixes except the tests come from public-inbox (its help page, `/{inbox}/_/text/help/`).
 */
export const PREFIXES: readonly Prefix[] = TABLE;
