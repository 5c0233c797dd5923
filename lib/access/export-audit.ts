import { Readable } from "node:stream";
import { db } from "@/lib/platform/db/prisma";
import { audit } from "./audit";
import { type AuditFilter, listAudit } from "./audit-list";
import type { Context } from "./context";

const columns = ["at", "user", "email", "token", "action", "object", "name", "address", "detail"] as const;

/** A text that a spreadsheet would compute is one in quotes to it. */
function cell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Everything that fits, newest first, as it is read: the log may be larger than the process. The export is itself noted. */
export async function exportAudit(
  ctx: Context,
  { format, ...filter }: Omit<AuditFilter, "limit" | "cursor"> & { format: "csv" | "ndjson" },
): Promise<Readable> {
  // Refused before anything is sent.
  const first = await listAudit(ctx, { ...filter, limit: 1_000 });
  await db().$transaction((tx) => audit(tx, ctx, "audit.export", "audit:log", { format, ...filter }));
  async function* lines() {
    if (format === "csv") yield `${columns.join(",")}\r\n`;
    for (let page = first; ; page = await listAudit(ctx, { ...filter, cursor: page.next ?? "", limit: 1_000 })) {
      yield page.items
        .map((item) => {
          if (format === "ndjson") return `${JSON.stringify(item)}\n`;
          const { at, user, tokenId, action, object, objectName, address, detail } = item;
          const row = [
            at,
            user?.name,
            user?.email,
            tokenId,
            action,
            object,
            objectName,
            address,
            JSON.stringify(detail),
          ];
          return `${row.map((value) => cell(value ?? "")).join(",")}\r\n`;
        })
        .join("");
      if (page.next === null) return;
    }
  }
  return Readable.from(lines(), { objectMode: false });
}
