import { addressKey } from '../../db/write/patchfacts.ts';
import { parseMail } from '../../ingest/parse/index.ts';
import { type PatchFacts, patchFacts } from '../../ingest/patch/facts.ts';
import type { Message } from '../../mail/types.ts';
import type { PatchFact } from '../../patch/kinds.ts';
import { blobsOf } from './mails.ts';

/** A mail of an archive with its facts about patches, and, if it has a patch, the data for linking. */
export interface EvalMail {
  message: Message;
  facts: PatchFacts;
  fact: PatchFact | null;
}

/** All mails of some archives, each once, with the ids that the database would give them. */
export async function readFacts(archives: string[]): Promise<EvalMail[]> {
  const mails: EvalMail[] = [];
  const seen = new Set<string>();
  const used = new Set<number>();
  const files = new Map<string, number>();
  for (const name of archives) {
    for (const { raw } of blobsOf(name)) {
      const message = await parseMail(raw, { receivedAt: null });
      if (seen.has(message.msgid)) continue;
      seen.add(message.msgid);
      let id = message.sentAt * 8;
      while (used.has(id)) id++;
      used.add(id);
      const facts = patchFacts(message);
      mails.push({ message, facts, fact: factOf(message, facts, id, files) });
    }
  }
  return mails;
}

function factOf(
  message: Message,
  { patch, subject }: PatchFacts,
  id: number,
  files: Map<string, number>,
): PatchFact | null {
  if (!patch) return null;
  const numberOf = (path: string) => files.get(path) ?? files.set(path, files.size).size - 1;
  return {
    id,
    msgid: message.msgid,
    sentAt: message.sentAt,
    // Only the database knows threads; sets need them only to separate sets sent at the same time.
    thread: 0,
    refs: message.references,
    authorKey: patch.authorKey,
    addressKey: addressKey(message.author),
    kind: patch.kind,
    revision: subject.revision,
    revisionPart: subject.revisionPart,
    position: subject.position,
    total: subject.total,
    marks: patch.marks,
    stable: subject.stable,
    title: subject.title,
    titleKey: patch.titleKey,
    patchId: patch.patchId,
    print: patch.print,
    files: patch.files.map(numberOf),
    changeId: patch.changeId,
    earlier: patch.earlier,
  };
}
