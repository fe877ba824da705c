/**
 * The line that says whom a reply quotes: "On <date>, <name> wrote:" and its many forms, and the
 * header block that Outlook and similar mailers put above a quotation.
 */

/** Longer lines are not examined. */
const LINE = 500;
/** How many lines above the one that ends in "wrote:" may belong to it. */
const LINES_ABOVE = 3;

const ENDING =
  /(?:\b(?:wrote|writes|said|says|wrote the following|spake thusly|wrote on [^:]{1,60}|schrieb|schreef|skrev|scrisse|escribió|escreveu|napsal|napisał(?:\(a\))?|napisal)\b[^:]{0,80}|a écrit|пиш(?:е|и)т?|написал(?:\(а\))?|писал(?:\(а\))?|写道)\s*[:：.]{1,3}\s*$/;
const QUOTING =
  /^(?:Quoting|Zitat von|Citát|Am .{6,80} schrieb|Quoth|\* .{3,80}<[^ ]+@[^ ]+>(?: wrote| \[[^\]]+\])?) ?.*:\s*$/;

/** Whether the line `text[start..end)` ends an attribution. */
export function attributionEnd(text: string, start: number, end: number): boolean {
  if (end - start > LINE) return false;
  let last = end - 1;
  while (last > start && text.charCodeAt(last) === 32) last--;
  const c = text.charCodeAt(last);
  if (c !== 58 && c !== 0xff1a && c !== 46) return false;
  const line = text.slice(start, end);
  if (c === 46 && !line.endsWith('wrote...')) return false;
  return ENDING.test(line) || QUOTING.test(line);
}

/** The first line of the attribution that ends at line `i`; `isFree(j)` says whether line `j` may belong to it. */
export function attributionStart(text: string, starts: Int32Array, i: number, isFree: (j: number) => boolean): number {
  if (looksWhole(text, starts, i)) return i;
  for (let j = i - 1; j >= 0 && j >= i - LINES_ABOVE && isFree(j); j--) {
    const start = starts[j] as number;
    const end = (starts[j + 1] as number) - 1;
    if (end === start || end - start > LINE) break;
    if (/^(?:On|Am|Le|At|El|Il|Em|Op|Den|W dniu|Dne) [^.!?]{6,}/.test(text.slice(start, end))) return j;
  }
  return i;
}

/** Whether the whole attribution is on line `i`. */
function looksWhole(text: string, starts: Int32Array, i: number): boolean {
  const start = starts[i] as number;
  const line = text.slice(start, Math.min(start + 40, starts[i + 1] as number));
  return /^(?:On |Am |Le |At |El |Il |Em |Op |Den |\* |Quoting )/.test(line);
}

const RULE =
  /^-{2,}\s*(?:Original [Mm]essage|Forwarded [Mm]essage|Originalnachricht|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale|Original Mail|Mail original|原始邮件|回复的原邮件)\b/;

/** Whether a line begins the header block of a quotation: a rule with "Original Message", or Outlook's "From: ". */
export function isHeaderBlockStart(text: string, start: number, end: number): boolean {
  const c = text.charCodeAt(start);
  if (c === 45) return end - start < 120 && text.charCodeAt(start + 1) === 45 && RULE.test(text.slice(start, end));
  if (c === 70) return text.startsWith('From: ', start) && hasSentBelow(text, end);
  if (c === 42) return text.startsWith('*From:* ', start);
  return false;
}

/** Outlook writes `Sent:` below `From:`; git's in-body `From:` has no such line. */
function hasSentBelow(text: string, end: number): boolean {
  return text.startsWith('Sent: ', end + 1);
}

/** A header line inside such a block. */
export function isReplyHeader(text: string, start: number): boolean {
  const head = text.slice(start, start + 16);
  return /^\*?(?:From|Sent|Date|To|Cc|CC|Subject|Reply-To|Von|An|Gesendet|Betreff|发件人|收件人)\*?:/.test(head);
}
