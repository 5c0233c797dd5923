import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import exceljs from "exceljs";
import { afterAll, expect, it } from "vitest";
import { plainPath } from "@/lib/deliveries/limits";
import { deliverySchema } from "@/lib/deliveries/schema";
import { checkManifest } from "@/lib/operators/check-manifest";
import { removeStages, runStage, type StageEnd, type StageRequest } from "@/lib/testing/stages";

afterAll(removeStages);

const csv = 'id,name,at,ok\n1,=1+1,2026-03-01,true\n2,"say ""hi"", Ana",2026-03-02,false\n-3,-x,,\n';
const send = (params: object, more: Partial<StageRequest> = {}) =>
  runStage("export", {
    params: { to: "store", path: "reports/a.csv", ...params },
    inputs: { rows: { format: "csv", files: { "a.csv": csv } } },
    ...more,
  });
const wanted = (end: StageEnd) => {
  expect(end, JSON.stringify(end.result)).toMatchObject({ code: 0 });
  return deliverySchema.parse(JSON.parse(readFileSync(path.join(end.out, "deliver.json"), "utf8")));
};
const fileOf = (end: StageEnd) => path.join(end.out, "deliver", wanted(end).files[0]?.file ?? "");

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync("operators/export/operator.json", "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

it("makes a file in each format, with nothing in it that a spreadsheet would run", async () => {
  const first = await send({});
  expect(wanted(first).files).toEqual([{ file: "0.csv", path: "reports/a.csv", format: "csv", rows: 3 }]);
  const lines = (end: StageEnd) => readFileSync(fileOf(end), "utf8").split("\n");
  expect(lines(first)).toEqual([
    "id,name,at,ok",
    "1,'=1+1,2026-03-01,true",
    '2,"say ""hi"", Ana",2026-03-02,false',
    "-3,'-x,,",
    "",
  ]);
  expect(lines(await send({ formulas: "keep" }))[1]).toBe("1,=1+1,2026-03-01,true");
  expect(lines(await send({ format: "ndjson" }))[0]).toBe('{"id":1,"name":"=1+1","at":"2026-03-01","ok":true}');
  const json = JSON.parse(readFileSync(fileOf(await send({ format: "json" })), "utf8"));
  expect(json).toHaveLength(3);
  expect(json[2]).toEqual({ id: -3, name: "-x", at: null, ok: null });
  const book = new exceljs.Workbook();
  const sheet = await send({ format: "xlsx" });
  await book.xlsx.readFile(fileOf(sheet));
  expect(sheet.stderr, "what a library of ours grumbles about").toBe("");
  expect(book.worksheets[0]?.getRow(2).values).toEqual([undefined, 1, "'=1+1", "2026-03-01", true]);
  const duck = await (await DuckDBInstance.create()).connect();
  const read = await duck.runAndReadAll(`select count(*)::int from '${fileOf(await send({ format: "parquet" }))}'`);
  expect(read.getRowsJS()).toEqual([[3]]);
});

const tricks = [
  "../up.csv",
  "/etc/passwd",
  "a/../../b",
  "a//b",
  ".hidden",
  "a/.b",
  "a\\..\\b",
  "a\u0000b",
  "x".repeat(300),
];

it("keeps no file by a path that is a trick", async () => {
  for (const place of tricks) expect(plainPath.test(place), place).toBe(false);
  for (const place of ["a.csv", "Umsätze 2026/März=3/a_b-c.csv"]) expect(plainPath.test(place), place).toBe(true);
  const end = await send({ path: tricks[0] });
  expect(end).toMatchObject({ code: 1, result: { error: { field: "path" } } });
  expect(existsSync(path.join(end.out, "deliver.json"))).toBe(false);
});

it("says whom to mail, and of a webhook what to tell", async () => {
  const mail = { to: "mail", people: ["ana@example.com"], subject: "Sales", message: "Look." };
  expect(wanted(await send(mail)).mails).toEqual([
    { to: ["ana@example.com"], subject: "Sales", text: "Look.", path: "reports/a.csv", as: "file" },
  ]);
  const hook = { to: "webhook", url: "https://example.com/hook", with_rows: 1 };
  const told = wanted(await send(hook, { secrets: { secret: "not told" } }));
  expect(told.webhooks).toMatchObject([{ secret: "secret", body: { rowCount: 3, rows: [{ id: 1, name: "=1+1" }] } }]);
  expect(JSON.stringify(told)).not.toContain("not told");
  expect((await send(hook)).result?.error).toMatchObject({ field: "secret" });
});

it("delivers nothing in a trial, and says what it would do", async () => {
  const end = await send({ to: "mail", people: ["ana@example.com"], subject: "Sales" }, { dry: { rows: null } });
  expect(end.result).toMatchObject({ plan: { note: "It would mail 3 rows to ana@example.com." } });
  expect(existsSync(path.join(end.out, "deliver.json"))).toBe(false);
});
