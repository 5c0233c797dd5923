import { listAudit } from "@/lib/access/audit-list";
import { auditLog } from "@/lib/transport/operations/people";
import { route } from "@/lib/transport/route";

export const GET = route(auditLog.list, async ({ ctx, query }) => listAudit(ctx, query));
