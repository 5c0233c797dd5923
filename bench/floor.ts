import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";

/**
 * The floor: the least a server can do and still be honest about keeping executions. It commits a row, runs
 * the statement by COPY into a file, commits the end, and serves state, rows and CSV by id. No sign-in, no
 * queue, no gate, no checks of the SQL; it answers on the connection that asked. Every ratio in
 * bench/README.md has it as its denominator. `POST /api/v1/executions` always waits.
 */
export async function serveFloor(databaseUrl: string, folder: string): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 16 });
  // The warehouse going away under an idle connection is the sitting's end, not a fault of the floor's.
  pool.on("error", () => undefined);
  await mkdir(folder, { recursive: true });
  await pool.query(`create table if not exists floor_executions (
    id bigint generated always as identity primary key, sql text not null, state text not null,
    row_count bigint, submitted_at timestamptz not null default now(), finished_at timestamptz)`);
  const fileOf = (id: string) => path.join(folder, `${Number(id)}.csv`);

  async function execute(request: IncomingMessage, response: ServerResponse, wanted: number): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { sql } = JSON.parse(Buffer.concat(chunks).toString()) as { sql: string };
    const client = await pool.connect();
    try {
      const begun = await client.query<{ id: string }>({
        name: "begin",
        text: "insert into floor_executions (sql, state) values ($1, 'running') returning id",
        values: [sql],
      });
      const id = begun.rows[0]?.id ?? "";
      const rows = client.query(copyTo(`copy (${sql}\n) to stdout (format csv)`));
      await pipeline(rows, createWriteStream(fileOf(id)));
      await client.query({
        name: "end",
        text: "update floor_executions set state = 'succeeded', row_count = $2, finished_at = now() where id = $1",
        values: [id, rows.rowCount],
      });
      const head = wanted > 0 ? await readHead(fileOf(id), 0, wanted) : [];
      send(response, 200, { id, state: "succeeded", rowCount: rows.rowCount, rows: head });
    } finally {
      client.release();
    }
  }

  async function state(response: ServerResponse, id: string): Promise<void> {
    const found = await pool.query({
      name: "state",
      text: 'select id, state, row_count as "rowCount" from floor_executions where id = $1',
      values: [id],
    });
    send(response, found.rowCount ? 200 : 404, found.rows[0] ?? {});
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://floor");
    const [, id = "", what = ""] = /^\/api\/v1\/executions\/(\d+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    const asked = Number(url.searchParams.get(what === "rows" ? "limit" : "rows") ?? 100);
    const work =
      request.method === "POST"
        ? execute(request, response, asked)
        : what === "download"
          ? download(response, fileOf(id))
          : what === "rows"
            ? readHead(fileOf(id), Number(url.searchParams.get("offset") ?? 0), asked).then((rows) =>
                send(response, 200, { rows }),
              )
            : state(response, id);
    work.catch((error: Error) => send(response, 500, { error: error.message }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function download(response: ServerResponse, file: string): Promise<void> {
  response.writeHead(200, { "content-type": "text/csv", "content-length": (await stat(file)).size });
  await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), response);
}

/** Rows by counting lines from the start: the bench's own data has no line break in a cell. */
async function readHead(file: string, offset: number, limit: number): Promise<string[][]> {
  const rows: string[][] = [];
  const handle = await open(file);
  let at = 0;
  for await (const line of handle.readLines()) {
    if (at++ < offset) continue;
    rows.push(line.split(","));
    if (rows.length >= limit) break;
  }
  await handle.close();
  return rows;
}
