import { createReadStream, readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type Context, type Reach, StageError } from "../context";
import { shown, type TableName } from "../names";

interface Fault {
  code: string;
  message: string;
  line?: number;
  column?: number;
  hint?: string;
}

/** Which parameter a refusal is about, by its code; what is not here is about the SQL or the rows. */
const fields: Record<string, string> = {
  schema_refused: "table",
  wrong_table: "table",
  table_there: "table",
  busy_table: "table",
  wrong_key: "key",
  wrong_time: "time_column",
};

/** DuckDB's name for what is not there, as SQLSTATE has it. */
const noTable = "42P01";

class LakeFault extends StageError {
  constructor(
    readonly code: string,
    message: string,
    more: StageError["more"],
  ) {
    super(message, more);
  }
}

/** A lake as the relay passes it on: SQL and rows go there, rows come back. */
export class LakeClient {
  private readonly password: string;

  constructor(
    private readonly reach: Reach,
    readonly timeZone: string,
    /** Where a fault of a statement belongs. */
    private readonly field: string,
  ) {
    this.password = readFileSync(reach.passwordFile, "utf8").trim();
  }

  /** @throws StageError in the lake's words */
  async answer(method: "POST" | "PUT", where: string, body: object | { file: string }): Promise<IncomingMessage> {
    const { socket, host, port } = this.reach;
    const at = socket ? { socketPath: path.join(socket, `lake.${port}`) } : { host, port };
    const headers = { authorization: `Bearer ${this.password}` };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ ...at, method, headers, path: where }, resolve);
      asked.on("error", reject);
      if ("file" in body) pipeline(createReadStream(String(body.file)), asked).catch(reject);
      else asked.end(JSON.stringify(body));
    }).catch((error: Error) => {
      throw new StageError(`The warehouse cannot be reached: ${error.message}`);
    });
    if (answer.statusCode === 200) return answer;
    throw this.faultOf((JSON.parse(await textOf(answer)) as { error: Fault }).error);
  }

  async ask<T>(where: string, body: object): Promise<T> {
    return JSON.parse(await textOf(await this.answer("POST", where, body))) as T;
  }

  faultOf({ code, message, line, column, hint }: Fault): StageError {
    const place = line === undefined ? "" : ` (line ${line}${column === undefined ? "" : `, column ${column}`})`;
    const more = { field: fields[code] ?? this.field, ...(hint ? { hint } : {}) };
    return new LakeFault(code, `${message}${place}`, more);
  }

  /** A table's columns with DuckDB's types; null where there is none of that name. */
  async columns(table: TableName): Promise<{ name: string; type: string }[] | null> {
    const asked = { sql: `select * from ${shown(table)}`, values: [], timeZone: this.timeZone, limit: 0 };
    try {
      const answer = await this.answer("POST", "/query", asked);
      const [first = ""] = (await textOf(answer)).split("\n");
      this.endOf(answer);
      const { columns } = JSON.parse(first) as { columns: { name: string; type: string; engineType?: string }[] };
      return columns.map(({ name, type, engineType }) => ({ name, type: engineType ?? type }));
    } catch (error) {
      if (error instanceof LakeFault && error.code === noTable) return null;
      throw error;
    }
  }

  /** Rows of a short answer whose columns are texts. */
  async rows(sql: string, values: unknown[] = []): Promise<(string | null)[][]> {
    const listed = `select to_json(q)::varchar from (\n${sql}\n) as q`;
    const answer = await this.answer("POST", "/query", { sql: listed, values, timeZone: this.timeZone, limit: null });
    const [, ...lines] = (await textOf(answer)).split("\n");
    this.endOf(answer);
    const cells = lines.filter((text) => text !== "").map((text) => text.replace(/^"|"$/g, "").replaceAll('""', '"'));
    return cells.map((text) => Object.values(JSON.parse(text) as Record<string, string | null>));
  }

  /** How many rows it has been. @throws StageError where some are missing */
  endOf(answer: IncomingMessage): number {
    const told = answer.trailers["sluice-end"];
    if (typeof told !== "string") throw new StageError("The warehouse left before all rows were there. Run it again.");
    const end = JSON.parse(Buffer.from(told, "base64").toString("utf8")) as { rows: number } | { error: Fault };
    if ("error" in end) throw this.faultOf(end.error);
    return end.rows;
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** Null for another engine. */
export function lakeOf(context: Context, field: string): LakeClient | null {
  const reach = context.connections.warehouse;
  return reach?.engine === "duckdb" ? new LakeClient(reach, context.interval.timeZone, field) : null;
}

/** Values as the relay takes them: a text, a list of texts, or nothing. */
export const boundValues = (values: unknown[]): (string | string[] | null)[] =>
  values.map((value) =>
    value === null || value === undefined ? null : Array.isArray(value) ? value.map(asText) : asText(value),
  );

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
