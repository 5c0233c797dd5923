import { describe, expect, it } from "vitest";
import {
  also,
  extract,
  knows,
  load,
  mail,
  operators,
  params,
  python,
  right,
  said,
  stages,
} from "@/lib/testing/documents";
import { lintText } from "./lint";

it("has nothing to say of a document that is right", () => {
  expect(said(right)).toEqual([]);
  expect(said(right, null)).toEqual([]);
});

/** What is wrong, and all that is said of it. */
const wrong: [string, unknown, string[]][] = [
  ["no document", "x", ["-  | The document is not right: This must be an object. | Begin with name: and stages:."]],
  [
    "nothing",
    {},
    [
      "- /name | name is missing. | Give the pipeline a name, as daily_sales.",
      "- /stages | stages is missing. | List the stages: - id: extract, operator: sql-extract@1.",
    ],
  ],
  [
    "a name with a space",
    { ...stages(extract), name: "My pipeline" },
    [
      "- /name | name is not right: Use a-z, 0-9, _ and -, a letter first, at most 63 characters. | Give the pipeline a name, as daily_sales.",
    ],
  ],
  [
    "a name that is an address's",
    { ...stages(extract), name: "lint" },
    ["- /name | A pipeline cannot be called lint: an address of ours is. | Choose another name."],
  ],
  ["no stage", stages(), ["- /stages | stages is not right. | A pipeline has one stage at least."]],
  [
    "stages by name",
    { name: "daily", stages: { extract } },
    [
      "- /stages | stages is not right: This must be a list. | List the stages: - id: extract, operator: sql-extract@1.",
    ],
  ],
  [
    "a key with a slip",
    also({ trigers: [] }),
    ["- /trigers | There is no key trigers in a pipeline. | Did you mean triggers?"],
  ],
  [
    "another tool's key",
    also({ schedule: "@daily" }),
    ["- /schedule | There is no key schedule in a pipeline. | Did you mean triggers?"],
  ],
  [
    "a key that means nothing",
    also({ colour: "red" }),
    [
      "- /colour | There is no key colour in a pipeline. | Take it out. Here can be name, title, description, owner, parameters, triggers, concurrency, notify, env, stages.",
    ],
  ],
  [
    "a stage's key of another tool",
    stages({ ...extract, depends_on: ["a"] }),
    ["extract /stages/0/depends_on | There is no key depends_on in a stage. | Did you mean after?"],
  ],
  [
    "a timeout at the stage",
    stages({ ...extract, timeout: "5m" }),
    ["extract /stages/0/timeout | There is no key timeout in a stage. | Did you mean resources: {timeout: 20m}?"],
  ],
  [
    "a stage without an id",
    stages({ operator: "mail@1", params: mail.params }),
    ["- /stages/0/id | id is missing. | Give the stage an id, as extract."],
  ],
  [
    "a path for an id",
    stages({ ...extract, id: "../x" }),
    [
      "../x /stages/0/id | id is not right: Use a-z, 0-9, _ and -, a letter first, at most 63 characters. | Give the stage an id, as extract.",
    ],
  ],
  [
    "a path for an output",
    stages({ ...extract, outputs: { "../rows": "parquet" } }),
    [
      "extract /stages/0/outputs/..~1rows | ../rows is not right: Use a-z, 0-9 and _, a letter first, at most 63. | Say its format: parquet, csv or ndjson.",
    ],
  ],
  [
    "an unknown format",
    stages({ ...extract, outputs: { rows: "xlsx" } }),
    [
      "extract /stages/0/outputs/rows | rows is not right: This must be one of: parquet, csv, ndjson. | Say its format: parquet, csv or ndjson.",
    ],
  ],
  [
    "an operator without a version",
    stages({ ...extract, operator: "sql-extract" }),
    [
      "extract /stages/0/operator | operator is not right: Write an operator and its version, as sql-extract@1. | Name an operator and its version, as sql-extract@1.",
    ],
  ],
  [
    "an operator that is none",
    stages({ ...mail, operator: "fax@1" }),
    [
      "tell /stages/0/operator | There is no operator fax. | Use one of: sql-extract, load-table, sql-transform, copy, build, python, mail.",
    ],
  ],
  [
    "an operator with a slip",
    stages({ ...extract, operator: "sql_extract@1" }),
    [
      "extract /stages/0/operator | operator is not right: Before the @ stand a-z, 0-9 and -, a letter first. | Name an operator and its version, as sql-extract@1.",
    ],
  ],
  [
    "an operator nearly",
    stages({ ...extract, operator: "sql-extrat@1" }),
    ["extract /stages/0/operator | There is no operator sql-extrat. | Did you mean sql-extract@1?"],
  ],
  [
    "another version",
    stages({ ...extract, operator: "sql-extract@2" }),
    ["extract /stages/0/operator | There is no version 2 of sql-extract; there is 1.2.0. | Use sql-extract@1."],
  ],
  [
    "an operator whose manifest is wrong",
    stages({ ...mail, operator: "half@1" }),
    [
      "tell /stages/0/operator | The operator half cannot be used: its manifest is wrong at version. Write a version as 1.0.0. | Ask the one who installed it to correct it.",
    ],
  ],
  [
    "a sensor's operator",
    stages({ ...mail, operator: "sensor@1" }),
    ["tell /stages/0/operator | There are no sensors yet. | Start it by a cron trigger, or by hand."],
  ],
  [
    "a parameter that is missing",
    stages({ ...extract, params: { warehouse: "demo" } }),
    ["extract /stages/0/params/sql | sql is missing. | Fill in sql."],
  ],
  [
    "a parameter that there is not",
    stages(params(load, { tabel: "x" }), extract),
    ["load /stages/0/params/tabel | load-table has no parameter tabel. | Did you mean table?"],
  ],
  [
    "a parameter of another kind",
    stages(params(python, { rows: "ten" }), extract),
    ["score /stages/0/params/rows | rows must be a whole number, and is text. | Give a whole number."],
  ],
  [
    "a parameter beyond its limit",
    stages(params(python, { rows: 0 }), extract),
    ["score /stages/0/params/rows | rows is 0, which is too little. | Use 1 or more."],
  ],
  [
    "a choice that there is not",
    stages(extract, params(load, { mode: "upsert" })),
    ["load /stages/1/params/mode | mode cannot be “upsert”. | Use one of: append, replace, merge."],
  ],
  [
    "a merge without a key",
    stages(extract, params(load, { mode: "merge" })),
    ["load /stages/1/params/key | key is missing. | Fill in key."],
  ],
  [
    "a key that is not used",
    stages(extract, params(load, { key: ["day"] })),
    ["(odd) load /stages/1/params/key | key is not used where mode is “append”. | Take key out, or change mode."],
  ],
  [
    "a value that does not fit",
    stages(params(mail, { to: ["a@b.c", "bob"] })),
    ["tell /stages/0/params/to/1 | Entry 2 of to cannot be “bob”. | Write an e-mail address."],
  ],
  [
    "a text that is too long",
    stages(params(mail, { subject: "x".repeat(21) })),
    ["tell /stages/0/params/subject | subject has 21 characters. | Use 20 at most."],
  ],
  [
    "a secret in clear",
    stages(params(mail, { token: "hunter2" })),
    [
      "tell /stages/0/params/token | token names a secret; the secret itself never stands here. | Store it first, and write its name: {secret: name}.",
    ],
  ],
  [
    "an input that the operator does not have",
    stages(extract, { ...load, inputs: { rows: "extract.rows", more: "extract.rows" } }),
    ["load /stages/1/inputs/more | load-table has no input more. | Did you mean rows?"],
  ],
  [
    "an input that is missing",
    stages({ ...load, inputs: undefined }),
    [
      "load /stages/0/inputs | load lacks the input rows (Rows). | Add inputs: {rows: extract.rows}, from a stage and its output.",
    ],
  ],
  [
    "an input that is missing, below a stage that has what it could read",
    stages({ ...extract, id: "events", outputs: { raw: "parquet" } }, { ...load, inputs: undefined }),
    [
      "load /stages/1/inputs | load lacks the input rows (Rows). | Add inputs: {rows: events.raw}, from a stage and its output.",
    ],
  ],
  [
    "too many inputs",
    stages(extract, { ...mail, inputs: { a: "extract.rows", b: "extract.rows", c: "extract.rows" } }),
    ["tell /stages/1/inputs/c | mail takes 2 inputs. | Leave c out."],
  ],
  [
    "no output",
    stages({ ...extract, outputs: {} }),
    ["extract /stages/0/outputs | sql-extract needs one output, and extract has 0. | Add outputs: {rows: parquet}."],
  ],
  [
    "an output of what has none",
    stages(extract, { ...load, outputs: { x: "csv" } }),
    ["load /stages/1/outputs/x | load-table has no output x. | Take it out: load-table has no outputs."],
  ],
  [
    "an input from nowhere",
    stages({ ...load, inputs: { rows: "extrakt.rows" } }, extract),
    ["load /stages/0/inputs/rows | There is no stage extrakt. | Did you mean extract?"],
  ],
  [
    "an input that nobody produces",
    stages(extract, { ...python, inputs: { a: "extract.events" } }),
    ["score /stages/1/inputs/a | Nobody produces extract.events. | Did you mean extract.rows?"],
  ],
  [
    "an input from a stage without outputs",
    stages(mail, { ...python, inputs: { a: "tell.x" } }),
    ["score /stages/1/inputs/a | Nobody produces tell.x. | Add outputs: {x: parquet} to tell."],
  ],
  [
    "an input that is no reference",
    stages(extract, { ...load, inputs: { rows: "extract" } }),
    [
      "load /stages/1/inputs/rows | rows is not right: Write a stage and its output, as extract.events. | Say where it comes from, as extract.events, or {from: extract.events, format: csv}.",
    ],
  ],
  [
    "an input of a wrong format",
    stages(extract, { ...load, inputs: { rows: { from: "extract.rows", format: "xml" } } }),
    [
      "load /stages/1/inputs/rows/format | format is not right: This must be one of: parquet, csv, ndjson. | Say where it comes from, as extract.events, or {from: extract.events, format: csv}.",
    ],
  ],
  [
    "a stage that reads itself",
    stages({ ...python, inputs: { a: "score.out" } }),
    ["score /stages/0/inputs/a | score cannot read its own output. | Name an output of another stage."],
  ],
  [
    "a stage that waits for itself",
    stages({ ...mail, after: ["tell"] }),
    ["tell /stages/0/after/0 | tell cannot wait for itself. | Take it out."],
  ],
  [
    "a stage that waits for nobody",
    stages({ ...mail, after: ["lod"] }, { ...extract, id: "load" }),
    ["tell /stages/0/after/0 | There is no stage lod. | Did you mean load?"],
  ],
  [
    "a circle",
    stages({ ...python, id: "a", inputs: { x: "b.out" } }, { ...python, id: "b", inputs: { x: "a.out" } }),
    ["a /stages/0 | These stages wait for each other: a → b → a. | Take one of these inputs, or one `after`, out."],
  ],
  [
    "two producers of one output",
    stages(extract, { ...extract }),
    [
      "extract /stages/1/id | Stages 1 and 2 are both called extract, and both would produce extract.rows. | Give one of them another id.",
    ],
  ],
  [
    "two writers at the same time",
    stages(extract, load, { ...load, id: "load2" }),
    [
      "load2 /stages/2/params/table | load and load2 both write mart.daily, and may do so at the same time. | Add after: [load] to load2, or write another table.",
    ],
  ],
  [
    "a writer that undoes another",
    stages(extract, load, { ...params(load, { mode: "replace" }), id: "load2", after: ["load"] }),
    [
      "(odd) load2 /stages/2/params/table | load2 replaces all that load wrote to mart.daily. | Use another table or mode, where both shall stay.",
    ],
  ],
  [
    "retries of what is not safe to repeat",
    stages({ ...mail, retries: 2 }),
    [
      "tell /stages/0/retries | mail is not safe to repeat: what it did once it might do twice. | Set retries: 0. What fails is then tried again by hand.",
    ],
  ],
  [
    "too many retries",
    stages({ ...extract, retries: 11 }),
    ["extract /stages/0/retries | retries is not right. | This must be 10 or less."],
  ],
  [
    "memory in other units",
    stages({ ...extract, resources: { memory: "1GB" } }),
    ["extract /stages/0/resources/memory | memory is not right. | Write an amount of memory as 512Mi or 2Gi."],
  ],
  [
    "a delay in words",
    stages({ ...extract, retryDelay: "half a minute" }),
    ["extract /stages/0/retryDelay | retryDelay is not right. | Write a time as 30s, 20m, 2h or 1d."],
  ],
  [
    "people and teams to tell who are not there",
    also({ notify: { people: ["Ana@example.com", "eve@elsewhere.org"], teams: ["growth", "sales"] } }),
    [
      "- /notify/people/1 | Nobody here has the address eve@elsewhere.org. | Mail goes to people with an account. Send to others by the webhook.",
      "- /notify/teams/1 | There is no team sales. | Write its name as its page does.",
    ],
  ],
  [
    "a webhook to a private network that no secret signs",
    also({ notify: { webhook: { url: "http://10.0.0.1/hook", secret: "smpt" } } }),
    [
      "- /notify/webhook/url | 10.0.0.1 lies in a private network. | Use an address that can be reached from here.",
      "- /notify/webhook/secret | There is no secret smpt that this pipeline may use. | Did you mean smtp?",
    ],
  ],
  [
    "a webhook without a secret",
    also({ notify: { webhook: { url: "https://example.com" } } }),
    ["- /notify/webhook/secret | secret is missing. | Fill in secret."],
  ],
  [
    "a schedule that is none",
    also({ triggers: [{ cron: "99 6 * * *", timezone: "UTC" }] }),
    [
      expect.stringMatching(
        /^- \/triggers\/0\/cron \| This is no schedule \(.*\)\. \| Write minute, hour, day, month and day of week/,
      ) as unknown as string,
    ],
  ],
  [
    "a schedule that never comes",
    also({ triggers: [{ cron: "0 6 30 2 *", timezone: "UTC" }] }),
    [
      '- /triggers/0/cron | This never comes, as 30 February never does. | Write five fields: "15 6 * * *" is every day at 06:15.',
    ],
  ],
  [
    "a schedule that is a moment",
    also({ triggers: [{ cron: "2026-12-01T08:00:00Z", timezone: "UTC" }] }),
    [
      "- /triggers/0/cron | 2026-12-01T08:00:00Z is a moment and no cron line. | Write it as at: in place of cron:, without missed:.",
    ],
  ],
  [
    "a schedule without a zone",
    also({ triggers: [{ cron: "0 6 * * *" }] }),
    ["- /triggers/0/timezone | timezone is missing. | Name the zone whose clocks count, as Europe/Berlin or UTC."],
  ],
  [
    "a zone that there is not",
    also({ triggers: [{ cron: "0 6 * * *", timezone: "New York" }] }),
    [
      "- /triggers/0/timezone | timezone is not right: Use a time zone's name, as Asia/Kathmandu or UTC. | Name the zone whose clocks count, as Europe/Berlin or UTC.",
    ],
  ],
  [
    "a trigger of no kind",
    also({ triggers: [{ every: "1h" }] }),
    [
      "- /triggers/0 | Entry 1 of triggers is not right: It is none of the kinds that there are. | Use one of cron, at, after and sensor.",
    ],
  ],
  [
    "a moment that never comes",
    also({ triggers: [{ at: "2027-02-30T08:00:00Z" }] }),
    ["- /triggers/0/at | 2027-02-30T08:00:00Z never comes. | Write a moment that there is, as 2026-01-31T08:00:00Z."],
  ],
  [
    "a start after another pipeline",
    also({ triggers: [{ after: { all: ["copy"] } }] }),
    [
      "- /triggers/0/after | A pipeline cannot be started by another pipeline yet. | Use cron, at a time when the other is done.",
    ],
  ],
  [
    "a sensor",
    also({ triggers: [{ sensor: { table: "x" } }] }),
    [
      "- /triggers/0/sensor | A pipeline cannot be started by a sensor yet. | Use cron, at a time when the other is done.",
    ],
  ],
  [
    "a trigger twice",
    also({ triggers: [right.triggers[0], right.triggers[0]] }),
    ["(odd) - /triggers/1 | This trigger stands here twice. | Take one out: it would start only once."],
  ],
  [
    "a default of another kind",
    also({ parameters: { n: { type: "number", default: "1" } } }),
    ['- /parameters/n/default | n is a number, and its default "1" is none. | Write a number: 10.'],
  ],
  [
    "a default that is no day",
    also({ parameters: { d: { type: "date", default: "2026-02-30" } } }),
    [
      '- /parameters/d/default | d is a date, and its default "2026-02-30" is none. | Write a day in quotes: "2026-01-31".',
    ],
  ],
  [
    "an unknown kind of parameter",
    also({ parameters: { n: { type: "int" } } }),
    ["- /parameters/n/type | type is not right. | This must be one of: text, number, date, boolean."],
  ],
  [
    "what should happen when runs overlap",
    also({ concurrency: { overlap: "wait" } }),
    ["- /concurrency/overlap | overlap is not right. | This must be one of: skip, queue, cancel."],
  ],
  [
    "a NUL",
    stages(params(mail, { subject: "a\u0000" })),
    ["- /stages/0/params/subject | This text has a NUL character, or half of one. | Take it out."],
  ],
];

describe("says of a wrong document what is wrong, where, and what to do:", () => {
  it.each(wrong)("%s", (_, document, problems) => {
    expect(said(document)).toEqual(problems);
  });

  it("each in words of its own", () => {
    expect(wrong.length).toBeGreaterThan(60);
    expect(new Set(wrong.map(([, , problems]) => problems.join("\n"))).size).toBe(wrong.length);
  });
});

it("goes on behind a stage that is wrong, and takes it for one that is there", () => {
  expect(said(stages({ ...extract, retries: "two" }, { ...load, params: { warehouse: "demo" } }, 5))).toEqual([
    "extract /stages/0/retries | retries is not right: This must be a number. | Use a whole number from 0 to 10.",
    "- /stages/2 | Entry 3 of stages is not right: This must be an object. | Give it an id and an operator: {id: extract, operator: sql-extract@1}.",
    "load /stages/1/params/table | Table is missing. | Fill in table.",
  ]);
});

it("says the place in the text, in its order", () => {
  const text = `name: daily
stages:
  - id: load
    operator: load-table@1
    params: {warehouse: demo, tabel: mart.daily}
    inputs: {rows: extract.rows}
  - id: extract
    operator: sql-extrat@1
    outputs: {rows: parquet}
trigers: []
`;
  const found = lintText(text, "yaml", operators, knows);
  expect(found.map(({ line, column, field }) => `${line}:${column} ${field}`)).toEqual([
    "5:5 /stages/0/params/table",
    "5:38 /stages/0/params/tabel",
    "8:15 /stages/1/operator",
    "10:1 /trigers",
  ]);
  expect(lintText("name: [", "yaml", operators)[0]?.line).toBe(1);
});

it("takes 1,000 stages", () => {
  const all = Array.from({ length: 1_000 }, (_, n) => ({
    ...python,
    id: `s${n}`,
    params: { code: "x", rows: n ? `{{ stages.s${n - 1}.params.rows }}` : 1 },
    inputs: n ? { rows: `s${n - 1}.out` } : {},
  }));
  expect(said({ name: "long", stages: all })).toEqual([]);
  all[0] = { ...python, id: "s0", params: { code: "x", rows: 1 }, inputs: { rows: "s999.out" } };
  expect(said({ name: "long", stages: all })).toEqual([
    "s0 /stages/0 | These stages wait for each other: s0 → s1 → s2 → s3 → s4 → … → s998 → s999 → s0. | Take one of these inputs, or one `after`, out.",
  ]);
});
