import { prepareQuery } from "./bound";
import { type Context, StageError, type Told } from "./context";
import { quoted } from "./names";
import { plainType } from "./plain-type";
import { planOf } from "./plan";
import { queryRows } from "./query-rows";
import { inTransaction, open } from "./warehouse";
import { write } from "./write/write";

/**
 * Keeps the rows of a query as a table. One session reads them as the reader, who sees what its grants show, while the other
 * writes them: what the writer alone may see does not come along.
 */
export async function copyQuery(context: Context): Promise<Told> {
  const bound = context.sql.sql;
  if (!bound) throw new StageError("Write the SQL whose rows are wanted.", { field: "sql" });
  const plan = planOf(context, "replace");
  const [from, to] = await Promise.all([open(context, "source"), open(context, "warehouse")]);
  return inTransaction(from, "begin isolation level repeatable read read only", async () => {
    const query = await prepareQuery(from, bound, "sql");
    if (query.columns.length === 0) throw new StageError("The SQL returns no column.", { field: "sql" });
    const columns = query.columns.map(({ name, type }) => ({ name, type: plainType(type) }));
    const cells = columns.map(({ name }) => quoted(name));
    return write(to, context, plan, async () => queryRows(from, cells, `from (\n${query.sql}\n) as rows`, columns));
  });
}
