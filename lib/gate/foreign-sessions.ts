import { audit } from "@/lib/access/audit";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { warehouseFor } from "@/lib/access/reader";
import { db } from "@/lib/platform/db/prisma";
import { SluiceError } from "@/lib/platform/errors";
import { type Adapter, type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { askControl, controlReader } from "./control";
import type { EndSessionRequest, ForeignSessionView } from "./schema";

/** @throws SluiceError not_found, unavailable */
async function throughControl<Answer>(
  id: string,
  ask: (adapter: Adapter, connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const reader = await controlReader(id);
  if (!reader) throw new SluiceError("not_found", "This warehouse has no reader yet.");
  try {
    return await askControl(reader.id, ask);
  } catch (error) {
    if (!(error instanceof WarehouseError)) throw error;
    const closed = error.detail.code === "42501";
    throw new SluiceError(
      "unavailable",
      closed
        ? "The reader may not see the sessions of this warehouse. In PostgreSQL the owner runs: grant pg_read_all_stats to its role."
        : error.message,
    );
  }
}

/** Sessions of a warehouse that are not ours, as far as its first reader sees them; those at work first. */
export async function listForeign(
  ctx: Context,
  warehouse: string,
): Promise<{ items: ForeignSessionView[]; next: null }> {
  allow(ctx, "load.read");
  const { id } = await warehouseFor(warehouse);
  return { items: await throughControl(id, (adapter, connection) => adapter.foreignSessions(connection)), next: null };
}

/**
 * Ends somebody else's session, where the reader's role may. The intention is in the audit log before the warehouse is
 * asked, the outcome after: what happens there is no part of our transaction.
 * @throws SluiceError forbidden where the role may not, unavailable where the warehouse does not confirm it
 */
export async function endForeign(
  ctx: Context,
  warehouse: string,
  { session, reason }: EndSessionRequest,
): Promise<{ outcome: "ended" | "gone" }> {
  allow(ctx, "gate.write");
  const { id } = await warehouseFor(warehouse);
  const known = (await throughControl(id, (adapter, connection) => adapter.foreignSessions(connection))).find(
    (one) => one.id === session,
  );
  const whose = { session, user: known?.user ?? null, application: known?.application ?? null, reason };
  const note = (outcome: string) =>
    db().$transaction((tx) => audit(tx, ctx, "session.end_foreign", `warehouse:${id}`, { ...whose, outcome }));
  await note("asked");
  const outcome = await throughControl(id, (adapter, connection) => adapter.endForeign(connection, session));
  await note(outcome);
  if (outcome === "refused") {
    throw new SluiceError(
      "forbidden",
      "The reader's role may not end this session. In PostgreSQL the owner may grant it pg_signal_backend; sessions of superusers it never ends.",
    );
  }
  if (outcome === "stays") {
    throw new SluiceError(
      "unavailable",
      "The warehouse was asked to end it and has not confirmed it yet. Look again in a moment.",
    );
  }
  return { outcome };
}
