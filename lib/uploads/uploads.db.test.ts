import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { deflateRawSync } from "node:zlib";
import exceljs from "exceljs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { store } from "@/lib/platform/store/open";
import { listFiles } from "@/lib/tables/files";
import { tablesFor } from "@/lib/tables/tables";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson } from "@/lib/testing/factories";
import { ask } from "@/lib/warehouses/conformance";
import { adapter } from "@/lib/warehouses/duckdb";
import { removeUpload, renameUpload } from "./change-upload";
import { listUploads } from "./data";
import { sweepUploads } from "./sweep";
import { uploadFile } from "./upload-file";

let ctx: Context;
beforeAll(async () => {
  await testDatabase();
  ctx = await buildPerson();
});

const never = new AbortController().signal;
const send = (body: string | Buffer, file: string, more: { name?: string; sheet?: string } = {}, person = ctx) =>
  uploadFile(person, { file, ...more }, Readable.from([Buffer.from(body)]), never);

/** What the file's table answers, in the way that everybody asks. */
const query = async (sql: string, person = ctx) => {
  const connection = {
    warehouseId: "results-and-files",
    roleId: "reader",
    engine: "duckdb",
    config: {},
    username: "",
    password: "",
    revision: "",
    tables: tablesFor(person.user.id),
  };
  return (await ask(adapter, connection, sql)).csv;
};

const typesOf = (made: { columns: { name: string; type: string }[] }) =>
  made.columns.map(({ name, type }) => `${name} ${type}`);

describe("an uploaded CSV", () => {
  it("finds delimiter and header, and types that change no value", async () => {
    const made = await send(
      'zip;amount;day;at;flag;note\n01067;1.50;2024-01-01;2024-01-01 10:00:00;true;"a;b"\n80331;20;2024-02-01;2024-01-01 10:00:01;false;\n',
      "Sales 2024 (final).csv",
    );
    expect(made).toMatchObject({ name: "sales_2024_final", format: "csv", rows: 2 });
    expect(typesOf(made)).toEqual([
      "zip VARCHAR",
      "amount DECIMAL(4,2)",
      "day DATE",
      "at TIMESTAMP",
      "flag BOOLEAN",
      "note VARCHAR",
    ]);
    expect(made.preview[0]).toEqual(["01067", "1.50", "2024-01-01", "2024-01-01 10:00:00", "true", "a;b"]);
    expect(await query("select zip, amount * 2, note from files.sales_2024_final order by day")).toBe(
      "01067,3.00,a;b\n80331,40.00,\n",
    );
  });

  it("reads Latin-1, a mark at the beginning, and what Windows calls Unicode", async () => {
    const text = "name,city\nZoë,Zürich\nJosé,Malmö\n";
    const texts = {
      latin: Buffer.from(text, "latin1"),
      marked: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
      wide: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]),
    };
    for (const [name, bytes] of Object.entries(texts)) {
      const made = await send(bytes, `${name}.csv`);
      expect(typesOf(made), name).toEqual(["name VARCHAR", "city VARCHAR"]);
      expect(await query(`select * from files.${name}`), name).toBe("Zoë,Zürich\nJosé,Malmö\n");
    }
  });

  it("looks at every row before it calls a column a number", async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n},${n}`);
    const made = await send(`n,code\n${lines.join("\n")}\n20000,A7\n`, "late.csv");
    expect(typesOf(made)).toEqual(["n BIGINT", "code VARCHAR"]);
    expect(made.rows).toBe(20_001);
    expect(await query("select code from files.late where n = 20000")).toBe("A7\n");
  });

  it("says which line is ragged, and which quote is never closed", async () => {
    const ragged = `a,b\n${"1,2\n".repeat(3000)}1,2,3\n`;
    await expect(send(ragged, "ragged.csv")).rejects.toMatchObject({
      code: "invalid",
      message: "Line 3002 has 3 values where the others have 2. Correct that line, and send the file again.",
      extra: { fields: [{ field: "file" }] },
    });
    const open = `a,b\n${'1,"x"\n'.repeat(3000)}1,"never\n2,y\n`;
    await expect(send(open, "open.csv")).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/quot/),
    });
    expect((await listUploads(ctx, {})).items.map(({ fileName }) => fileName)).not.toContain("ragged.csv");
  });

  it("says what to do about titles above the names, and about quotation marks behind backslashes", async () => {
    await expect(send("Sales of 2025\n\nday,amount\n2025-01-01,1\n", "titled.csv")).rejects.toThrow(
      /has 2 values where the others have 1\. If titles stand above the names of the columns, remove them/,
    );
    await expect(send('a,b\n1,"say \\"hi\\", then go"\n', "escaped.csv")).rejects.toThrow(
      /write each quotation mark twice \(""\)/,
    );
  });

  it("tells NULL from the empty text", async () => {
    await send('a,b\n"",1\n,2\n', "empty.csv");
    expect(await query("select a is null, b from files.empty order by b")).toBe("f,1\nt,2\n");
  });
});

describe("other files", () => {
  it("are taken for what they are, whatever their ending", async () => {
    const made = await send('[{"n": 1, "who": {"name": "Ana"}}, {"n": 2, "who": null}]', "people.xlsx");
    expect(made).toMatchObject({ format: "json", rows: 2 });
    expect(await query("select n, who.name from files.people order by n")).toBe("1,Ana\n2,\n");
    expect(await send('{"n": 1}\n{"n": 2}\n', "lines.csv")).toMatchObject({ format: "ndjson", rows: 2 });
    const row = await db().upload.findFirstOrThrow({ where: { name: "people" } });
    const parquet = readFileSync(await store().local(row.storeKey));
    expect(await send(parquet, "again.txt")).toMatchObject({ format: "parquet", rows: 2 });
  });

  it("that cannot be tables are refused, saying what to send", async () => {
    const refused: [string, Buffer | string, RegExp][] = [
      ["x.csv", "", /empty/],
      ["x.csv.gz", Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
      ["x.xls", Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), /old kind/],
      ["x.csv", Buffer.from([1, 2, 0, 3]), /no text/],
      ["x.parquet", "PAR1 and nothing more", /damaged/],
      ["x.json", '{"a": 1}\n{"a": \n', /not JSON/],
      ["x.xlsx", zip([["xl/workbook.xml", Buffer.from("<x/>")]]), /workbook/],
      ["x.zip", zip([["readme.txt", Buffer.from("hello")]]).subarray(0, 40), /workbook/],
    ];
    for (const [file, body, words] of refused)
      await expect(send(body, file), file).rejects.toMatchObject({
        code: "invalid",
        message: expect.stringMatching(words),
      });
  });
});

describe("an archive", () => {
  const project: Parameters<typeof zip>[0] = [["shop/dbt_project.yml", Buffer.from("name: shop")]];
  const tar = (...options: string[]) =>
    execFileSync("tar", [...options, "-c", "-C", import.meta.dirname, "archive.ts", "uploads.db.test.ts"]);

  it("is kept as it came, and is no table", async () => {
    const person = await buildPerson();
    const sent: [string, Buffer, string][] = [
      ["shop.zip", zip(project), "shop"],
      ["Shop 2.tar.gz", tar("-z"), "shop_2"],
      ["shop.csv", tar(), "shop_3"],
    ];
    for (const [file, body, name] of sent) {
      const made = await send(body, file, name === "shop_3" ? { name } : {}, person);
      expect(made, file).toMatchObject({ name, format: "archive", rows: 0, columns: [], bytes: body.length });
      const { storeKey } = await db().upload.findUniqueOrThrow({ where: { id: made.id } });
      expect(readFileSync(await store().local(storeKey)).equals(body), file).toBe(true);
    }
    await send("n\n1\n", "numbers.csv", {}, person);
    const named = async (kind?: "table" | "archive") =>
      (await listUploads(person, kind ? { kind } : {})).items.map(({ name }) => name);
    expect(await named("archive")).toEqual(["shop_3", "shop_2", "shop"]);
    expect(await named("table")).toEqual(["numbers"]);
    expect(await named()).toHaveLength(4);
    expect((await listFiles(person)).map(({ name }) => name)).toEqual(["numbers"]);
    await expect(query("select * from files.shop", person)).rejects.toThrow(
      /"shop" is an archive, no table. Unpack it/,
    );
  });
});

describe("a workbook", () => {
  it("gives its first sheet or the one asked for, with its types", async () => {
    const book = new exceljs.Workbook();
    const first = book.addWorksheet("Numbers");
    first.addRow(["id", "price", "sold", "ok", "zip"]);
    first.addRow([1, 1.1, new Date(Date.UTC(2024, 0, 31)), true, "01067"]);
    first.addRow([2, 20, new Date(Date.UTC(2024, 1, 29)), false, "80331"]);
    first.addRow([]);
    first.addRow([3]);
    book.addWorksheet("Other").addRow(["x"]);
    book.getWorksheet("Other")?.addRow(["a & b < c"]);
    const bytes = Buffer.from(await book.xlsx.writeBuffer());
    const made = await send(bytes, "book.csv");
    expect(made).toMatchObject({ format: "xlsx", rows: 3, sheets: ["Numbers", "Other"] });
    expect(typesOf(made)).toEqual(["id BIGINT", "price DECIMAL(3,1)", "sold DATE", "ok BOOLEAN", "zip VARCHAR"]);
    expect(await query("select * from files.book order by id")).toBe(
      "1,1.1,2024-01-31,t,01067\n2,20.0,2024-02-29,f,80331\n3,,,,\n",
    );
    await send(bytes, "book.xlsx", { sheet: "Other", name: "other" });
    expect(await query("select x from files.other")).toBe("a & b < c\n");
    await expect(send(bytes, "book.xlsx", { sheet: "None" })).rejects.toMatchObject({
      message: 'There is no sheet "None". Its sheets are: Numbers, Other.',
      extra: { fields: [{ field: "sheet" }] },
    });
  });

  it("that unpacks to far too much is refused, by what it declares and by what comes out", async () => {
    const zeros = Buffer.alloc(50 << 20, 0x20);
    const honest: [string, Buffer, number?][] = [
      ["xl/workbook.xml", zeros, 3_000_000_000],
      ["[Content_Types].xml", Buffer.from("x")],
    ];
    await expect(send(zip(honest), "bomb.xlsx")).rejects.toMatchObject({ message: expect.stringMatching(/far more/) });
    // One that says it is small.
    const lying: [string, Buffer, number?][] = [
      ["xl/_rels/workbook.xml.rels", Buffer.from("<x/>")],
      ["xl/workbook.xml", zeros, 100],
    ];
    await expect(send(zip(lying), "lie.xlsx")).rejects.toMatchObject({ message: expect.stringMatching(/far more/) });
  });

  it("with definitions of its own is refused", async () => {
    const laughs = '<!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>';
    const bytes = zip([
      ["xl/_rels/workbook.xml.rels", Buffer.from("<x/>")],
      ["xl/workbook.xml", Buffer.from(laughs)],
    ]);
    await expect(send(bytes, "laughs.xlsx")).rejects.toMatchObject({ message: expect.stringMatching(/definitions/) });
  });
});

describe("one's files", () => {
  it("are one's own: nobody else names, lists or removes them", async () => {
    const made = await send("secret\n42\n", "mine.csv", { name: "mine" });
    const other = await buildPerson({ role: "admin" });
    await expect(query("select * from files.mine", other)).rejects.toThrow(/no file "mine" of yours/);
    await expect(removeUpload(other, made.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await listUploads(other, {})).items).toEqual([]);
  });

  it("are found by words of their names", async () => {
    const other = await buildPerson();
    for (const file of ["Sales 100% (final).csv", "Costs.csv"]) await send("n\n1\n", file, {}, other);
    const found = async (q: string) => (await listUploads(other, { q })).items.map(({ fileName }) => fileName);
    expect(await found("FINAL sal")).toEqual(["Sales 100% (final).csv"]);
    expect(await found("100%")).toEqual(["Sales 100% (final).csv"]);
    expect(await found("%costs")).toEqual([]);
  });

  it("have names of their own, and are gone from the store when removed", async () => {
    const made = await send("a\n1\n", "twice.csv");
    expect((await send("a\n2\n", "twice.csv")).name).toBe("twice_2");
    await expect(send("a\n2\n", "x.csv", { name: "TWICE" })).rejects.toMatchObject({ code: "conflict" });
    await expect(renameUpload(ctx, made.id, "Twice_2")).rejects.toMatchObject({ code: "conflict" });
    expect(await renameUpload(ctx, made.id, "Daily numbers")).toMatchObject({ name: "Daily numbers" });
    expect(await query('select a from files."daily numbers"')).toBe("1\n");
    const { storeKey } = await db().upload.findUniqueOrThrow({ where: { id: made.id } });
    await removeUpload(ctx, made.id);
    await expect(store().local(storeKey)).rejects.toThrow();
    await expect(query('select a from files."Daily numbers"')).rejects.toThrow(/no file/);
  });

  it("are all that the store has of them, a day later", async () => {
    const kept = await send("a\n1\n", "kept.csv");
    const left = `uploads/${ctx.user.id}/left.parquet`;
    await store().put(left, Buffer.from("left behind"));
    expect(await sweepUploads()).toEqual({ removed: 0 });
    expect(await sweepUploads(Date.now() + 2 * 24 * 3_600_000)).toEqual({ removed: 1 });
    await expect(store().local(left)).rejects.toThrow();
    expect(await query(`select a from files.${kept.name}`)).toBe("1\n");
  });

  it("end where one's room does, in words", async () => {
    const person = await buildPerson();
    const settings = env();
    const [most, mine] = [settings.UPLOAD_MAX_BYTES, settings.UPLOAD_PERSON_BYTES];
    try {
      settings.UPLOAD_MAX_BYTES = 10;
      await expect(send("a\n1\n2\n3\n4\n5\n6\n", "x.csv", {}, person)).rejects.toMatchObject({ code: "too_large" });
      settings.UPLOAD_MAX_BYTES = most;
      settings.UPLOAD_PERSON_BYTES = 1;
      await expect(send("a\n1\n", "x.csv", {}, person)).rejects.toMatchObject({
        code: "too_large",
        message: expect.stringMatching(/Remove some/),
      });
    } finally {
      [settings.UPLOAD_MAX_BYTES, settings.UPLOAD_PERSON_BYTES] = [most, mine];
    }
    expect((await listUploads(person, {})).items).toEqual([]);
  });
});

/** An archive of these files, which may declare another size than they have. */
function zip(files: [name: string, content: Buffer, declared?: number][]): Buffer {
  const [parts, directory]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, content, declared = content.length] of files) {
    const packed = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(declared, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), packed]);
    const end = Buffer.alloc(14);
    end.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, end, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}
