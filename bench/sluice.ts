import type { Api } from "./http";

export interface Execution {
  id: string;
  state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
  rowCount: number | null;
  rows?: unknown[][];
  error?: { code: string; message: string } | null;
}

export interface Ask {
  warehouse: string;
  sql: string;
  parameters?: Record<string, unknown>;
}

/** The table every line reads; it has 5M rows (200,000 with --quick) of 4 columns. */
export const columns = "id, name, score, at";

export function firstRows(n: number): string {
  return `select ${columns} from bench_events where id <= ${n}`;
}

/** Submits and waits in one request, as a program would. @throws Error unless it succeeded. */
export async function runOne(api: Api, ask: Ask, rows = 100): Promise<Execution> {
  const { body } = await api.json<Execution>("POST", `/api/v1/executions?wait=60&rows=${rows}`, ask);
  if (body.state === "queued" || body.state === "running") return finish(api, body.id);
  return must(body);
}

export async function submit(api: Api, ask: Ask): Promise<Execution> {
  return (await api.json<Execution>("POST", "/api/v1/executions", ask)).body;
}

/** Waits, by as many long polls as it takes. */
export async function finish(api: Api, id: string): Promise<Execution> {
  for (;;) {
    const { body } = await api.json<Execution>("GET", `/api/v1/executions/${id}?wait=60`);
    if (body.state !== "queued" && body.state !== "running") return must(body);
  }
}

function must(execution: Execution): Execution {
  if (execution.state === "succeeded") return execution;
  throw new Error(`Execution ${execution.id} ${execution.state}: ${execution.error?.message ?? "no error given"}`);
}
