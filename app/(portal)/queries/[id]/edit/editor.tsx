"use client";

import type { SqlTools } from "@/components/editor/query-page";
import { QueryEditor } from "@/components/queries/query-editor";
import { completer } from "@/lib/completion/complete";
import type { QueryView } from "@/lib/queries/schema";
import { splitStatements } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";

/** Functions cannot pass from a server component, so the editor gets its SQL knowledge here. */
const tools: SqlTools = {
  splitStatements: (sql, engine) => splitStatements(sql, lexisOf(engine)),
  completer,
};

interface Props {
  query: QueryView;
  teams: { id: string; name: string }[];
  zone: string;
}

export function Editor(props: Props) {
  return <QueryEditor {...props} tools={tools} />;
}
