import type { Warehouse } from "@/lib/platform/db/generated/client";
import { SluiceError } from "@/lib/platform/errors";

/** @throws SluiceError invalid where everybody reads through a reader of their own: there is nobody to let in, and nothing to connect. */
export function refusePersonal(warehouse: Pick<Warehouse, "name" | "personal">): void {
  if (!warehouse.personal) return;
  throw new SluiceError(
    "invalid",
    `In ${warehouse.name} everybody reads what they may open anyway, and nobody else opens what they run there. Its name, limits and retention may change; it has no connection, no readers and no grants.`,
  );
}
