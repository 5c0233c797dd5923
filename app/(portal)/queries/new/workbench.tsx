"use client";

import { QueryPage, type QueryPageProps, type SqlTools } from "@/components/editor/query-page";
import { completer } from "@/lib/completion/complete";
import { splitStatements } from "@/lib/warehouses/postgres/lexer";

/** Functions cannot pass from a server component, so the editor gets its SQL knowledge here. */
const tools: SqlTools = { splitStatements, completer };

export function Workbench({ me }: Pick<QueryPageProps, "me">) {
  return <QueryPage me={me} tools={tools} />;
}
