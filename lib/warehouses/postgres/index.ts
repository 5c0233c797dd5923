import { createAdapter } from "./adapter";
import { postgresDialect } from "./dialect";

export const adapter = createAdapter(postgresDialect);
