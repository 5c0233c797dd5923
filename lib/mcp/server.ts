import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
import type { Context } from "@/lib/access/context";
import { listWarehouses } from "@/lib/connections/data";
import { tablesView } from "@/lib/connections/schema";
import { tablesOf } from "@/lib/connections/tables";
import { statementOf } from "@/lib/executions/data";
import { runQuery } from "@/lib/executions/run-query";
import { parameterValues, sqlText } from "@/lib/executions/schema";
import { listQueries } from "@/lib/queries/data";
import { runSavedQuery } from "@/lib/queries/run-saved-query";
import { givenValues, queriesQuery } from "@/lib/queries/schema";
import { readRows } from "@/lib/results/read-rows";
import { answer, ended } from "./answers";

/** What one statement of an assistant stores at most. */
const mostRows = 10_000;
const mostTables = 100;

const instructions = `Sluice is this company's gate to its data. List warehouses, then tables, then run SELECTs: sessions are read-only. Every
statement waits its turn at the gate and keeps its answer at a URL, which you should give to people. Prefer saved queries where one fits.`;

const waitSeconds = z.number().min(0).max(50).default(30).describe("How long to wait for its end before answering");
const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,200}$/, "1 to 200 printable characters.")
  .optional()
  .describe(
    "Your own name for this call: sent again within a day, it answers from the first one's execution and runs nothing",
  );
const limit = z.number().int().min(1).max(mostRows).default(1_000).describe("Store this many rows at most");

/** Makes one thing once under a key; without one each time. `asked` is what must be the same when it comes again. */
export type Once = <Answer>(
  key: string | undefined,
  asked: string,
  make: (id?: string) => Promise<Answer>,
) => Promise<Answer>;

/** The tools of one caller: the same verbs as the API's, with the same rights. */
export function serverFor(ctx: Context, once: Once): McpServer {
  const server = new McpServer({ name: "sluice", version: "1" }, { instructions });
  addLooking(server, ctx);
  addRunning(server, ctx, once);
  return server;
}

function addLooking(server: McpServer, ctx: Context): void {
  server.registerTool(
    "list_warehouses",
    { description: "The warehouses that you may query", annotations: { readOnlyHint: true } },
    () =>
      answer(async () => ({
        warehouses: (await listWarehouses(ctx)).map(({ name, engine, paused, pauseReason }) => ({
          name,
          engine,
          paused,
          pauseReason,
        })),
      })),
  );
  server.registerTool(
    "list_tables",
    {
      description: `Tables and their columns in a warehouse, the first ${mostTables} whose name has the text`,
      inputSchema: { warehouse: z.string().max(200), text: z.string().max(200).default("") },
      annotations: { readOnlyHint: true },
    },
    ({ warehouse, text }) =>
      answer(async () => {
        const { tables } = tablesView.parse(JSON.parse(await tablesOf(ctx, warehouse, false)));
        const found = tables.filter(({ schema, name }) =>
          `${schema}.${name}`.toLowerCase().includes(text.toLowerCase()),
        );
        const shown = found.slice(0, mostTables).map(({ schema, name, comment, rows, columns }) => {
          const told = columns.map((one) => ({ name: one.name, type: one.type, comment: one.comment ?? undefined }));
          return { table: `${schema}.${name}`, comment, rows, columns: told };
        });
        return { tables: shown, more: Math.max(0, found.length - mostTables) };
      }),
  );
  server.registerTool(
    "list_saved_queries",
    {
      description: "Saved queries by words of their title, description or SQL",
      inputSchema: { text: z.string().max(200).default("") },
      annotations: { readOnlyHint: true },
    },
    ({ text }) =>
      answer(async () => {
        const { items } = await listQueries(ctx, queriesQuery.parse({ ...(text && { q: text }), limit: 50 }));
        return { queries: items };
      }),
  );
  server.registerTool(
    "read_rows",
    {
      description: "A page of an execution's stored rows; while it still runs, what there is of them",
      inputSchema: {
        executionId: z.string().max(100),
        offset: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1_000).default(200),
      },
      annotations: { readOnlyHint: true },
    },
    ({ executionId, offset, limit: most }) =>
      answer(async () => readRows(await statementOf(ctx, executionId), { offset, limit: most })),
  );
}

function addRunning(server: McpServer, ctx: Context, once: Once): void {
  server.registerTool(
    "run_sql",
    {
      description: "Run one read-only statement; {{name}} in it is bound from parameters",
      inputSchema: {
        warehouse: z.string().max(200),
        sql: sqlText,
        parameters: parameterValues.optional(),
        limit,
        waitSeconds,
        idempotencyKey,
      },
    },
    ({ warehouse, sql, parameters, limit: most, waitSeconds: seconds, idempotencyKey: key }) =>
      answer(async () => {
        const asked = { warehouse, sql, parameters, limit: most };
        const { id } = await once(key, `run_sql ${JSON.stringify(asked)}`, (executionId) =>
          runQuery(ctx, { ...asked, executionId }),
        );
        return ended(ctx, id, seconds);
      }),
  );
  server.registerTool(
    "run_saved_query",
    {
      description: "Run a saved query with values for its parameters; a version pins its text",
      inputSchema: {
        id: z.string().max(100),
        version: z.number().int().min(1).optional(),
        parameters: givenValues.default({}),
        limit,
        waitSeconds,
        idempotencyKey,
      },
    },
    ({ id: query, version, parameters, limit: most, waitSeconds: seconds, idempotencyKey: key }) =>
      answer(async () => {
        const asked = { version, parameters, limit: most };
        const { id } = await once(key, `run_saved_query ${query} ${JSON.stringify(asked)}`, (executionId) =>
          runSavedQuery(ctx, query, asked, executionId),
        );
        return ended(ctx, id, seconds);
      }),
  );
}
