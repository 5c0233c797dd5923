import { optionalParts } from "@/lib/queries/parameters";

/** The formatter's names of the dialects that are not PostgreSQL's. */
const languages: Record<string, "bigquery" | "duckdb" | "mariadb"> = {
  bigquery: "bigquery",
  duckdb: "duckdb",
  mysql: "mariadb",
};

const open = "/*[[*/";
const close = "/*]]*/";

/**
 * The same SQL laid out anew, {{names}} and [[optional parts]] too: the formatter would take the brackets apart, so it
 * gets comments in their place.
 * @throws where it cannot read the text
 */
export async function formatSql(sql: string, engine: string): Promise<string> {
  const { format } = await import("sql-formatter");
  const marks = optionalParts(sql, engine)
    .flatMap(({ start, end }) => [
      { at: start, mark: open },
      { at: end - 2, mark: close },
    ])
    .sort((a, b) => a.at - b.at);
  let text = "";
  let at = 0;
  for (const each of marks) {
    text += `${sql.slice(at, each.at)} ${each.mark} `;
    at = each.at + 2;
  }
  const custom = [{ regex: "\\{\\{\\s*\\w+(?:\\.\\w+)?\\s*\\}\\}" }];
  const laid = format(text + sql.slice(at), {
    language: languages[engine] ?? "postgresql",
    keywordCase: "preserve",
    paramTypes: { custom },
  });
  return laid.replaceAll(open, "[[").replaceAll(close, "]]");
}
