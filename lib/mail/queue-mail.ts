import type { Transaction } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId } from "@/lib/platform/ids";
import { publicUrl } from "@/lib/platform/url";

export interface Mail {
  to: string;
  subject: string;
  /** Plain text; addresses below our own origin may be given as paths, each alone on its line. */
  text: string;
  /** The same for readers that show it; whole addresses only. */
  html?: string;
  /** Files of the store that go along, by the name they get there. */
  attached?: { name: string; key: string }[];
}

/** Has something mailed once the transaction commits; nothing where no mail server is set up. */
export async function queueMail(tx: Transaction, { to, subject, text, html, attached }: Mail): Promise<void> {
  if (!env().SMTP_URL) return;
  await tx.mail.create({
    data: {
      id: newId(),
      recipient: to,
      // A line end would begin a header of somebody's choice.
      subject: subject.replace(/\s+/g, " ").trim().slice(0, 200),
      text: text.replace(/^\/\S*$/gm, (path) => publicUrl(path)),
      html,
      ...(attached && attached.length > 0 ? { attached } : {}),
    },
  });
}
