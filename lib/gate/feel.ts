import { forgetWarehouses } from "@/lib/access/reader";
import type { Admitted } from "@/lib/jobs/job";
import { offer } from "@/lib/jobs/queue";
import { sql } from "@/lib/platform/db/pool";

/**
 * Lets one warehouse (null: all) feel a pause, an end of one or a limit at once; after the change is committed. Each in
 * a transaction of its own: nobody holds the locks of two.
 */
export async function feel(warehouseId: string | null): Promise<void> {
  forgetWarehouses();
  const ids = warehouseId
    ? [{ id: warehouseId }]
    : await sql<{ id: string }>(
        "feel_where",
        "select distinct warehouse_id as id from work where state in ('waiting', 'admitted')",
        [],
      );
  for (const { id } of ids) {
    const [row] = await sql<{ admitted: Admitted[] }>("feel", "select sluice_feel($1) as admitted", [id]);
    offer(row?.admitted ?? []);
  }
}
