import { type RunRequest, type StatementError, WarehouseError } from "@/lib/warehouses/adapter";
import { firstWords, splitStatements } from "@/lib/warehouses/lexer";
import type { Client } from "./client";
import { inOwnText } from "./errors";
import { dryRun, type Job, type QueryJob } from "./jobs";
import { bigqueryLexis } from "./lexis";
import { parametersOf } from "./parameters";

/** Statements that only read. A pipe query begins with FROM. */
const reading = new Set(["select", "with", "from"]);

/** Said without asking the service; what passes here is asked of it all the same. */
export function refusal(sql: string): StatementError | null {
  if (splitStatements(sql, bigqueryLexis).length > 1) {
    const message = "This text holds several statements; one execution runs one. Run them one after the other.";
    return { code: "several_commands", message };
  }
  const [first] = firstWords(sql, 1, bigqueryLexis);
  if (!first) return { code: "invalidQuery", message: "There is no statement here. Write one, such as select 1." };
  return reading.has(first) ? null : refused(first.toUpperCase());
}

function refused(what: string): StatementError {
  const message = `${what} is not possible here: queries only read. Begin with SELECT or WITH; a pipeline writes.`;
  return { code: "write_refused", message };
}

export interface Described {
  job: QueryJob;
  found: Job;
}

/**
 * Reads a statement alone, as a dry run: its kind, the types of its parameters, what it would read.
 * @throws WarehouseError with the place in the text, and for whatever is no query
 */
export async function describe(
  client: Client,
  { sql, values }: Pick<RunRequest, "sql" | "values">,
  timeZone: string,
  signal?: AbortSignal,
): Promise<Described> {
  const no = refusal(sql);
  if (no) throw new WarehouseError(no);
  const bare = { sql, parameters: [], timeZone };
  const found = await read();
  const kind = found.job.statistics?.query?.statementType ?? "A statement of an unknown kind";
  if (kind !== "SELECT") throw new WarehouseError(refused(kind.replaceAll("_", " ")));
  return { job: { ...bare, parameters: found.parameters }, found: found.job };

  async function read() {
    try {
      const asked = await dryRun(client, bare, values.length > 0, { signal }).catch((error: unknown) => {
        // Some servers read no statement without its values: then they are text, and any error is that reading's.
        if (values.length > 0 && error instanceof WarehouseError && error.detail.code !== "connection") return null;
        throw error;
      });
      const parameters = parametersOf(values, asked?.statistics?.query?.undeclaredQueryParameters ?? []);
      // Once more with the values: they may not fit the types, and a wrong one must not cost a run.
      const job =
        asked && values.length === 0 ? asked : await dryRun(client, { ...bare, parameters }, true, { signal });
      return { parameters, job };
    } catch (error) {
      throw inText(error, sql);
    }
  }
}

export function inText(error: unknown, sql: string): unknown {
  if (!(error instanceof WarehouseError)) return error;
  const placed = new WarehouseError(inOwnText(error.detail, sql));
  placed.cause = error.cause;
  return placed;
}
