import { scratchOf } from "@/lib/runs/scratch";
import { savedTables } from "@/lib/transport/operations/saved-tables";
import { route } from "@/lib/transport/route";

export const GET = route(savedTables.scratch, async ({ ctx }) => scratchOf(ctx));
