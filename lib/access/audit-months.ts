import { sql } from "@/lib/platform/db/pool";

/** Makes the parts of the audit log for the months that come (prisma/functions/audit.sql). */
export async function makeAuditMonths(): Promise<void> {
  await sql("audit-months", "select audit_months(3)", []);
}
