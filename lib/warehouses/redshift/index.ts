import { createAdapter } from "@/lib/warehouses/postgres/adapter";
import { redshiftDialect } from "./dialect";

export const adapter = createAdapter(redshiftDialect);
