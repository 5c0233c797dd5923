import { describe, expect, it } from "vitest";
import { scriptedBigQuery } from "@/lib/testing/scripted-bigquery";
import { sessionOptions } from "@/lib/warehouses/conformance";
import { emulated } from "./subject";

/** What is known of tables, and of a statement before it runs: against a scripted peer. */

const at = scriptedBigQuery();
const { adapter, inserts } = at;

describe("what a run would cost", () => {
  it("is said without running it", async () => {
    at.connection = emulated(at.peer.endpoint, { maximumBytesBilled: 1_000_000 });
    at.peer.script["select @p1"] = {
      bytes: 1_234_567_890,
      undeclared: [{ name: "p1", parameterType: { type: "DATE" } }],
      referencedTables: [{ projectId: "demo", datasetId: "shop", tableId: "orders" }],
    };
    const text = await adapter.explain(
      at.connection,
      { sql: "select @p1", values: ["2026-01-01"], limit: null },
      sessionOptions,
    );
    expect(text).toBe(
      [
        "This would read 1.2 GB (1234567890 bytes). Nothing was run, and nothing is billed.",
        "That is over the 1.0 MB (1000000 bytes) that a statement may be billed for here: it would be refused.",
        "",
        "It reads:",
        "  demo.shop.orders",
        "",
        "Its parameters are bound as DATE.",
      ].join("\n"),
    );
    expect(inserts()).toEqual([]);
  });
});

describe("the catalogue", () => {
  const text = (...names: string[]) => names.map((name) => ({ name, type: "STRING" }));

  it("is that of the data sets in this location, with what else the service knows of them", async () => {
    at.connection = emulated(at.peer.endpoint, { location: "EU" });
    const dataset = (datasetId: string, location: string) => ({ datasetReference: { datasetId }, location });
    at.peer.datasets = [dataset("shop", "EU"), dataset("elsewhere", "US")];
    const answers: [RegExp, object[], unknown[][]][] = [
      [
        /\.TABLES /,
        text("t", "k"),
        [
          ["orders", "BASE TABLE"],
          ["latest", "VIEW"],
        ],
      ],
      [
        /\.COLUMNS /,
        text("t", "c", "d", "n"),
        [
          ["orders", "id", "INT64", "NO"],
          ["orders", "lines", "ARRAY<STRUCT<sku STRING>>", "YES"],
          ["latest", "id", "INT64", "YES"],
        ],
      ],
      [/COLUMN_FIELD_PATHS/, text("t", "c", "d"), [["orders", "id", "The number on the bill"]]],
      [/__TABLES__/, text("t", "r", "s"), [["orders", "12", "3400"]]],
      [/TABLE_OPTIONS/, text("t", "v"), [["orders", '"What was \\"ordered\\""']]],
      [
        /KEY_COLUMN_USAGE/,
        text("t", "n", "c", "s", "o", "r"),
        [
          ["orders", "fk1", "id", "shop", "bills", "order_id"],
          ["orders", "fk2", "a", "shop", "others", "a"],
          ["orders", "fk2", "b", "shop", "others", "b"],
        ],
      ],
    ];
    at.peer.scriptOf = (sql) => {
      const [, fields, rows] = answers.find(([pattern]) => pattern.test(sql)) ?? [];
      return fields && rows ? { fields, rows } : undefined;
    };
    expect(await adapter.introspect(at.connection)).toEqual([
      {
        schema: "shop",
        name: "orders",
        kind: "table",
        comment: 'What was "ordered"',
        rows: 12,
        bytes: 3400,
        columns: [
          { name: "id", type: "INT64", nullable: false, comment: "The number on the bill" },
          { name: "lines", type: "ARRAY<STRUCT<sku STRING>>", nullable: true, comment: null },
        ],
        foreignKeys: [{ columns: ["id"], schema: "shop", table: "bills", references: ["order_id"] }],
      },
      {
        schema: "shop",
        name: "latest",
        kind: "view",
        comment: null,
        rows: null,
        bytes: null,
        columns: [{ name: "id", type: "INT64", nullable: true, comment: null }],
        foreignKeys: [],
      },
    ]);
    expect(inserts().every(({ body }) => JSON.stringify(body).includes("`demo`.`shop`"))).toBe(true);
    expect(inserts().every(({ body }) => body.jobReference?.location === "EU")).toBe(true);
  });
});
