import { type Field, type Manifest, manifestSchema } from "@/lib/operators/schema";

/** Operators for tests of forms and of the linter: small, and theirs alone. */

const text = (more: Partial<Field> = {}): Field => ({ type: "string", ...more });
const warehouse = (role: "reader" | "writer") =>
  text({ "x-widget": "warehouse", "x-options": { source: "warehouses", role } });
const table = (of: string) => text({ title: "Table", "x-widget": "table", "x-options": { source: "tables", of } });
const columns = (of: string, more: Partial<Field>): Field => ({
  ...{ type: "array", items: text(), uniqueItems: true, "x-widget": "columns" },
  "x-options": { source: "columns", of },
  ...more,
});
const sql = (more: Partial<Field> = {}) =>
  text({ minLength: 1, "x-widget": "sql", "x-warehouse": "warehouse", ...more });
const secret: Field = {
  type: "object",
  properties: { secret: text({ minLength: 1 }) },
  required: ["secret"],
  additionalProperties: false,
  "x-widget": "secret",
};

function manifest(id: string, more: object, properties: Record<string, Field>, required: string[]): Manifest {
  return manifestSchema.parse({
    ...{ id, version: "1.2.0", title: id, summary: id, group: "change", icon: "box", repeatSafe: true, image: "test" },
    ...more,
    parameters: { type: "object", properties, required },
  });
}

const reads = { connections: [{ parameter: "warehouse", role: "reader", engines: ["postgres", "bigquery"] }] };
const writes = {
  connections: [{ parameter: "warehouse", role: "writer", engines: ["postgres"] }],
  writes: { warehouse: "warehouse", table: "table", mode: "mode" },
};
const mode = text({ enum: ["append", "replace", "merge"], default: "append" });
const key = columns("table", { minItems: 1, "x-showIf": { mode: "merge" } });

export const testManifests: Manifest[] = [
  manifest(
    "sql-extract",
    { ...reads, outputs: { "*": { title: "Rows", least: 1, most: 1 } } },
    { warehouse: warehouse("reader"), sql: sql() },
    ["warehouse", "sql"],
  ),
  manifest(
    "load-table",
    { ...writes, inputs: { rows: { title: "Rows", required: true } } },
    { warehouse: warehouse("writer"), table: table("warehouse"), mode, key },
    ["warehouse", "table", "mode", "key"],
  ),
  manifest(
    "sql-transform",
    writes,
    {
      warehouse: warehouse("writer"),
      table: table("warehouse"),
      as: text({ enum: ["view", "table"], default: "table" }),
      sql: sql({ "x-template": { as: "table" } }),
    },
    ["warehouse", "table", "sql"],
  ),
  manifest(
    "copy",
    { connections: [{ parameter: "source", role: "reader" }, ...writes.connections], writes: writes.writes },
    {
      source: warehouse("reader"),
      from: table("source"),
      warehouse: warehouse("writer"),
      table: table("warehouse"),
      mode: text({ enum: ["replace"], default: "replace" }),
      drop: columns("from", {}),
    },
    ["source", "from", "warehouse", "table"],
  ),
  manifest(
    "build",
    { connections: writes.connections, writes: { warehouse: "warehouse", schema: "schema" } },
    { warehouse: warehouse("writer"), schema: text() },
    ["warehouse", "schema"],
  ),
  manifest(
    "python",
    { inputs: { "*": true }, outputs: { "*": true } },
    { code: text({ "x-widget": "code", minLength: 1 }), rows: { type: "integer", minimum: 1, "x-template": true } },
    ["code"],
  ),
  manifest(
    "mail",
    { repeatSafe: false, network: "egress", inputs: { "*": { most: 2 } } },
    {
      to: {
        type: "array",
        items: text({ pattern: "^[^@]+@[^@]+$", "x-error": "Write an e-mail address." }),
        minItems: 1,
      },
      subject: text({ "x-template": true, maxLength: 20 }),
      title: text(),
      token: secret,
    },
    ["to"],
  ),
];
