import { Copy } from '../_ui/bits';
import { authorTime, nameOf } from '../_ui/format';
import { settings } from '../_web/settings';
import type { ShownMail } from './Mail';
import { fetchCommands, mailtoOf, recipientsOf, sendEmailOf } from './reply';

/** Ways to reply and to fetch: a mailto: link with the right headers, git send-email, b4. */
export function Reply({
  message,
  text,
  headers,
}: {
  message: ShownMail;
  text: string;
  headers: { name: string; value: string }[];
}) {
  const recipients = recipientsOf(message.address, headers);
  const answered = {
    msgid: message.msgid,
    subject: message.subject,
    attribution: `On ${authorTime(message.sent_at, message.sent_zone)}, ${nameOf(message.author, message.address)} wrote:`,
    text,
    ...recipients,
  };
  return (
    <section className="reply" id="R">
      <h2>Reply and fetch</h2>
      <dl>
        <dt>by mail</dt>
        <dd>
          {settings.maskAddresses ? (
            'Addresses are not shown here. The mail has them; fetch it with b4 mbox.'
          ) : (
            <a href={mailtoOf(answered)}>Reply to all</a>
          )}
        </dd>
        {settings.maskAddresses ? null : <Command words="by git" command={sendEmailOf(answered)} />}
        {fetchCommands(message.msgid).map((one) => (
          <Command key={one.words} {...one} />
        ))}
      </dl>
    </section>
  );
}

function Command({ words, command }: { words: string; command: string }) {
  return (
    <>
      <dt>
        {words} <Copy text={command}>copy</Copy>
      </dt>
      <dd>
        <pre>
          <code>{command}</code>
        </pre>
      </dd>
    </>
  );
}
