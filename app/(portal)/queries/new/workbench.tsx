"use client";

import { QueryPage, type QueryPageProps, type SqlTools } from "@/components/editor/query-page";
import { completer } from "@/lib/completion/complete";
import { splitStatements } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";

/** Functions cannot pass from a server component, so the editor gets its SQL knowledge here. */
const tools: SqlTools = {
  splitStatements: (sql, engine) => splitStatements(sql, lexisOf(engine)),
  completer,
};

export function Workbench({ me }: Pick<QueryPageProps, "me">) {
  return <QueryPage me={me} tools={tools} />;
}
