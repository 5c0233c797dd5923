import { expect, it } from "vitest";
import { extract, load, mail, params, said, stages } from "@/lib/testing/documents";

/** What a document names and the world does not have. */
it.each<[string, unknown, string[]]>([
  [
    "a warehouse that there is not",
    stages(params(extract, { warehouse: "demmo" })),
    ["extract /stages/0/params/warehouse | There is no warehouse demmo that you may use. | Did you mean demo?"],
  ],
  [
    "a warehouse without a writer",
    stages(extract, params(load, { warehouse: "archive" })),
    [
      "load /stages/1/params/warehouse | Nothing can be written to archive: it has no writer. | Ask an admin to add one. Use one of: demo, lake.",
    ],
  ],
  [
    "a warehouse that the program cannot talk to",
    stages(extract, params(load, { warehouse: "lake" })),
    [
      "load /stages/1/params/warehouse | load-table cannot work with BigQuery, which lake is. | The operator bigquery writes there, by SQL over what BigQuery has. load-table works with PostgreSQL.",
    ],
  ],
  [
    "that Redshift is queried alone, also where it has no writer",
    stages(params(extract, { warehouse: "busy" }), params(load, { warehouse: "busy" })),
    [
      "extract /stages/0/params/warehouse | sql-extract cannot work with Redshift, which busy is. Redshift is queried, and no stage reads it: it has no COPY TO STDOUT, by which rows come. | Let Redshift UNLOAD the rows as Parquet to where load-file can fetch them from an address. sql-extract works with PostgreSQL, BigQuery.",
      "load /stages/1/params/warehouse | load-table cannot work with Redshift, which busy is. Redshift takes no rows by COPY FROM STDIN, by which stages write, and is not written to by any. | Let export keep the rows as a file, which Redshift's own COPY takes once it lies in S3. load-table works with PostgreSQL.",
    ],
  ],
  [
    "a schema that is not granted",
    stages(extract, params(load, { table: "public.daily" })),
    [
      "load /stages/1/params/table | Your team may not write in the schema public of demo. | Use one of: mart. An admin grants others.",
    ],
  ],
  [
    "a schema that a program writes to, and is not granted",
    stages({ id: "b", operator: "build@1", params: { warehouse: "demo", schema: "public" } }),
    [
      "b /stages/0/params/schema | Your team may not write in the schema public of demo. | Use one of: mart. An admin grants others.",
    ],
  ],
  [
    "a table that there is not, but of the schema that a program writes to",
    stages(
      { id: "b", operator: "build@1", params: { warehouse: "demo", schema: "mart" } },
      {
        id: "c",
        operator: "copy@1",
        params: { source: "demo", from: "mart.made", warehouse: "demo", table: "mart.e" },
      },
      {
        id: "d",
        operator: "copy@1",
        params: { source: "demo", from: "public.made", warehouse: "demo", table: "mart.f" },
      },
    ),
    [
      "d /stages/2/params/from | There is no table public.made in demo that you may read. | Choose another, or ask for access to it.",
    ],
  ],
  [
    "a table without its schema",
    stages(extract, params(load, { table: "daily" })),
    ["load /stages/1/params/table | daily does not say its schema. | Write mart.daily."],
  ],
  [
    "a table that there is not",
    stages({
      id: "c",
      operator: "copy@1",
      params: { source: "archive", from: "public.evnts", warehouse: "demo", table: "mart.e" },
    }),
    [
      "c /stages/0/params/from | There is no table public.evnts in archive that you may read. | Choose another, or ask for access to it.",
    ],
  ],
  [
    "a column that there is not",
    stages({
      id: "c",
      operator: "copy@1",
      params: { source: "archive", from: "public.events", warehouse: "demo", table: "mart.e", drop: ["at", "contry"] },
    }),
    ["c /stages/0/params/drop/1 | public.events has no column contry. | Did you mean country?"],
  ],
  [
    "a key that the table does not have yet",
    stages(extract, params(load, { mode: "merge", key: ["days"] })),
    ["(odd) load /stages/1/params/key/0 | mart.daily has no column days. | Did you mean day?"],
  ],
  [
    "a secret that there is not",
    stages(params(mail, { token: { secret: "smpt" } })),
    ["tell /stages/0/params/token | There is no secret smpt. | Did you mean smtp?"],
  ],
  [
    "a team that one is not in",
    { ...stages(extract), owner: "sales" },
    ["- /owner | There is no team sales that you are in. | Use one of: growth."],
  ],
])("says of a document that names %s what is wrong", (_, document, problems) => {
  expect(said(document)).toEqual(problems);
  // Without what a server knows nothing is said of it.
  expect(said(document, null)).toEqual([]);
});
