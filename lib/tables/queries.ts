import type { Context } from "@/lib/access/context";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { answerOf } from "@/lib/queries/answer";
import { listQueries } from "@/lib/queries/data";
import type { TableInfo } from "@/lib/warehouses/adapter";
import { openResult, tableInfo } from "./results";
import type { Opened } from "./tables";

const refuse = (message: string) => new SluiceError("invalid", message);

/** The latest answer of a saved query with its parameters as they stand, by its title. @throws SluiceError saying what to do */
export async function openAnswer(person: Context, title: string): Promise<Opened> {
  const name = `queries."${title.slice(0, 100)}"`;
  const found = await sql<{ id: string }>(
    "queries-titled",
    "select id from queries where lower(title) = lower($1) and archived_at is null order by id limit 20",
    [title],
  );
  const answers: string[] = [];
  let seen = 0;
  for (const { id } of found) {
    const answer = await answerOf(person, id).catch((error: unknown) => {
      if (error instanceof SluiceError && error.code === "not_found") return null;
      throw error;
    });
    if (!answer) continue;
    seen++;
    if (answer.execution) answers.push(answer.execution.id);
  }
  if (seen === 0) throw refuse(`There is no query "${title.slice(0, 100)}" that you may open.`);
  if (seen > 1)
    throw refuse(`${seen} queries that you may open are called "${title.slice(0, 100)}". Name one's result instead.`);
  const [execution] = answers;
  if (!execution) throw refuse(`${name} has no answer yet for its usual values. Open the query and run it.`);
  return openResult(person, execution);
}

/** Those changed of late that have an answer for this person. */
export async function listAnswers(person: Context): Promise<TableInfo[]> {
  const { items } = await listQueries(person, { limit: 30 });
  const tables = await Promise.all(
    items.map(async ({ id, title }) => {
      const { execution } = await answerOf(person, id);
      const columns = execution?.columns;
      if (!execution || !columns?.length) return [];
      return [tableInfo("queries", title, "Its latest answer", columns, execution.rowCount, null)];
    }),
  );
  const named = tables.flat();
  // Two of one title are told apart by nothing.
  return named.filter(
    (one) => named.filter((other) => other.name.toLowerCase() === one.name.toLowerCase()).length === 1,
  );
}
