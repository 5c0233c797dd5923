import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { closeWake } from "@/lib/platform/wake";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildUser, contextFor } from "@/lib/testing/factories";
import { buildFailedRun } from "@/lib/testing/runs";
import { type LineOfAll, type LinesQuery, linesQuery } from "./schema";
import { searchLogs } from "./search-logs";
import { streamLogs } from "./stream-logs";

let ana: Context;
let bo: Context;

beforeAll(async () => {
  await testDatabase();
  ana = await buildPerson();
  bo = await buildPerson();
});
beforeEach(async () => {
  await pool().query("delete from log_chunks");
});
afterAll(closeWake);

const start = Date.parse("2026-03-01T06:00:00Z");
const at = (second: number) => new Date(start + second * 1_000).toISOString();

async function attempt(of: Context, stage = "a"): Promise<{ id: string; run: string; pipeline: string }> {
  const { run, pipeline } = await buildFailedRun(of);
  const id = newId();
  await db().attempt.create({
    data: { id, runId: run, stage, number: 1, state: "failed", lane: 2, userId: of.user.id },
  });
  return { id, run, pipeline };
}

/** A chunk of lines that were written in the seconds before it was kept; `stream: text` is another stream than stdout. */
async function keep(attemptId: string, seq: number, second: number, texts: string[], written = second): Promise<void> {
  const lines = texts.map((one) => {
    const [, stream = "stdout", text = ""] = /^(?:(stderr|platform): )?(.*)$/s.exec(one) ?? [];
    return `${JSON.stringify({ at: at(written), stream, text })}\n`;
  });
  const data = { attemptId, seq, at: new Date(at(second)), lines: lines.length, text: lines.join("") };
  await db().logChunk.create({ data });
  const { runId } = await db().attempt.findUniqueOrThrow({ where: { id: attemptId } });
  await pool().query("select pg_notify('sluice_run', $1)", [`${runId} log`]);
}

const look = (ctx: Context, query: Partial<LinesQuery> = {}) => searchLogs(ctx, linesQuery.parse(query));
const textsOf = (lines: LineOfAll[]) => lines.map(({ text }) => text);
const found = async (query: Partial<LinesQuery>) => textsOf((await look(ana, query)).items);

async function all(ctx: Context, query: Parameters<typeof streamLogs>[1] = {}): Promise<string[]> {
  const lines = [];
  for await (const { text } of await streamLogs(ctx, query, async () => ctx)) lines.push(text);
  return lines;
}

it("reads the lines of all runs by time, page after page, each once", async () => {
  const [one, other] = [await attempt(ana), await attempt(ana)];
  await keep(one.id, 1, 1, ["1", "2"]);
  await keep(other.id, 1, 2, ["3", "4", "5"]);
  await keep(one.id, 2, 3, ["6"]);
  expect((await look(ana)).items[0]).toMatchObject({ run: one.run, pipeline: one.pipeline, stage: "a", attempt: 1 });
  await db().attempt.update({ where: { id: one.id }, data: { runtime: "process" } });
  await db().attempt.update({ where: { id: other.id }, data: { runtime: "docker" } });
  expect((await look(ana)).items.map(({ notIsolated }) => notIsolated)).toEqual([
    true,
    false,
    false,
    false,
    true,
    true,
  ]);
  for (const limit of [1, 2, 3, 6, 7]) {
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await look(ana, { limit, ...(cursor ? { cursor } : {}) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      pages.push(...textsOf(page.items));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(pages, `pages of ${limit}`).toEqual(["6", "5", "4", "3", "2", "1"]);
  }
  expect(await all(ana)).toEqual(["1", "2", "3", "4", "5", "6"]);
});

// A step ends at the 201st chunk: 251 of 451.
it("walks over chunks without a wanted line, also where those end a step", async () => {
  const { id } = await attempt(ana);
  await keep(id, 1, 0, ["the first needle"]);
  const values = Array.from({ length: 450 }, (_, index) => index + 2);
  await pool().query(
    `insert into log_chunks (attempt_id, seq, at, lines, text)
       select $1, n, $2::timestamptz + n * interval '1 ms', 1, '{"at":"2026-03-01T06:00:01.000Z","stream":"stdout","text":"'
         || case n when 251 then 'needle 251' when 400 then 'needle 400' else 'hay' end || E'"}\\n' from unnest($3::int[]) n`,
    [id, at(1), values],
  );
  expect(await found({ q: "needle" })).toEqual(["needle 400", "needle 251", "the first needle"]);
  expect(await found({ limit: 2_000 })).toHaveLength(451);
});

it("finds words whatever their case, with quotation marks, backslashes and other scripts", async () => {
  const { id } = await attempt(ana);
  const texts = ['He said "No" to C:\\temp', "ÉCOLE fermée", "100 % of it", "nothing"];
  await keep(id, 1, 1, texts);
  const cases = { 'said "no"': 0, "c:\\TEMP": 0, "école FERMÉE": 1, "0 % of": 2, "% of it": 2 };
  for (const [q, index] of Object.entries(cases)) {
    expect(await found({ q }), q).toEqual([texts[index]]);
    expect(await all(ana, { q }), q).toEqual([texts[index]]);
  }
  // Of what stands around the text nothing is a word of the line.
  for (const q of ["stdout", "2026", "_ % of"]) expect(await found({ q }), q).toEqual([]);
});

it("narrows by pipeline, stage, state of the run, stream and time", async () => {
  const [one, other] = [await attempt(ana), await attempt(ana, "b")];
  await keep(one.id, 1, 10, ["early", "stderr: bad"]);
  await keep(other.id, 1, 20, ["late", "platform: ended"]);
  // Written before the others, and kept after them.
  await keep(one.id, 2, 30, ["delayed"], 5);
  expect(await found({ pipeline: one.pipeline })).toEqual(["delayed", "bad", "early"]);
  expect(await found({ stage: "b" })).toEqual(["ended", "late"]);
  expect(await found({ state: "succeeded" })).toEqual([]);
  expect(await found({ state: "failed", stream: "stderr" })).toEqual(["bad"]);
  expect(await found({ stream: "platform" })).toEqual(["ended"]);
  expect(await found({ from: at(15) })).toEqual(["ended", "late"]);
  expect(await found({ to: at(20) })).toEqual(["delayed", "bad", "early"]);
  await db().attempt.update({ where: { id: one.id }, data: { runtime: "process" } });
  await db().attempt.update({ where: { id: other.id }, data: { runtime: "docker" } });
  expect(await found({ isolated: "false" })).toEqual(["delayed", "bad", "early"]);
  expect(await found({ isolated: "true" })).toEqual(["ended", "late"]);
  expect(await all(ana, { isolated: "true" })).toEqual(["late", "ended"]);
  expect(await all(ana, { from: at(15) })).toEqual(["late", "ended"]);
});

it("shows nobody the lines of what they do not see", async () => {
  await keep((await attempt(ana)).id, 1, 1, ["ana's"]);
  expect(textsOf((await look(bo)).items)).toEqual([]);
  expect(await all(bo)).toEqual([]);
  expect(await all(bo, { q: "ana" })).toEqual([]);
});

it("follows: each line once as it is kept, also one that says an earlier time", async () => {
  const { id } = await attempt(ana);
  await keep(id, 1, 100, ["before"]);
  const lines = await streamLogs(ana, { follow: "true", after: at(100) }, async () => ana);
  const next = async () => (await lines.next()).value?.text;
  expect(await next()).toBe("before");
  const second = next();
  await keep(id, 2, 104, ["after"]);
  expect(await second).toBe("after");
  const third = next();
  await keep(id, 3, 101, ["seen late"]);
  expect(await third).toBe("seen late");
  const fourth = next();
  await keep(id, 4, 105, ["last"]);
  expect(await fourth).toBe("last");
  await lines.return(undefined);
});

it("has the lines of a try for whoever tried it, and for nobody else", async () => {
  const [published, tried] = [await attempt(ana), await attempt(ana)];
  await keep(published.id, 1, 1, ["published"]);
  await keep(tried.id, 1, 2, ["tried"]);
  await pool().query("update runs set pipeline_id = null, version = 0, trigger = 'try' where id = $1", [tried.run]);
  await db().try.create({
    data: { runId: tried.run, name: "a_draft", ownerId: bo.user.id, document: {}, pins: {} },
  });
  expect((await look(ana)).items).toMatchObject([
    { text: "tried", pipeline: "a_draft", run: tried.run },
    { text: "published", pipeline: published.pipeline },
  ]);
  expect(await found({ pipeline: "a_draft" })).toEqual(["tried"]);
  expect(await all(ana, { pipeline: "a_draft" })).toEqual(["tried"]);
  expect(await all(bo)).toEqual([]);
  const { id } = await buildUser({ role: "admin" });
  expect(textsOf((await look(await contextFor(id))).items)).toEqual(["published"]);
});
