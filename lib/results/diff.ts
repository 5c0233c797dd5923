import { createHash } from "node:crypto";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import type { Column } from "@/lib/warehouses/adapter";
import { partsOf } from "./as-parts";
import { derivedPath } from "./derived";
import { toJsonCell } from "./head";
import { readError } from "./read-rows";
import { read } from "./readers";
import type { DiffAnswer, Difference, DiffKeyAnswer, DiffKeyRequest, DiffPair, DiffSide } from "./requests";
import type { DiffQuery, DiffView } from "./schema";
import type { ResultStatement } from "./statement";

const deadlineMs = 120_000;

/** Columns of one name, the nth with the nth, so that repeated names find each other too. */
function pairColumns(a: Column[], b: Column[]): DiffPair[] {
  const free = new Map<string, number[]>();
  for (const [i, { name }] of b.entries()) free.set(name, [...(free.get(name) ?? []), i]);
  return a.flatMap(({ name }, i) => {
    const match = free.get(name)?.shift();
    return match === undefined ? [] : [{ a: i, b: match }];
  });
}

function wrongKey(message: string): SluiceError {
  return invalidAt("key", message);
}

function namesIn(key: string): string[] {
  if (!key.trim().startsWith("[")) return key.split(",").map((name) => name.trim());
  try {
    const names: unknown = JSON.parse(key);
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  } catch {
    // Said below.
  }
  throw wrongKey('Write names with commas between them, or a JSON list as ["id","day"].');
}

function indexesOf(key: string, pairs: DiffPair[], a: Column[]): number[] {
  return namesIn(key).map((name) => {
    const index = pairs.findIndex((pair) => a[pair.a]?.name === name);
    if (index >= 0) return index;
    const both = pairs.map((pair) => a[pair.a]?.name).slice(0, 20);
    throw wrongKey(`"${name}" is not a column of both results. Both have: ${both.join(", ")}.`);
  });
}

/** Looked for once: a result never changes. */
const keys = new Map<string, number[]>();

async function keyOf(a: ResultStatement, b: ResultStatement, sides: Omit<DiffKeyRequest, "kind">): Promise<number[]> {
  const which = `${a.statementId} ${b.statementId}`;
  const known = keys.get(which);
  if (known) return known;
  const { key } = await read<DiffKeyAnswer>({ request: { kind: "diff-key", ...sides }, deadlineMs });
  if (!key) throw wrongKey("No single column tells the rows apart. Choose the columns that do together.");
  if (keys.size > 1_000) keys.clear();
  keys.set(which, key);
  return key;
}

/** The rows that two complete results do not share, by key. @throws SluiceError gone, conflict, invalid at `key` or `column` */
export async function diffResults(a: ResultStatement, b: ResultStatement, query: DiffQuery): Promise<DiffView> {
  for (const one of [a, b])
    if (one.state !== "succeeded")
      throw new SluiceError("conflict", "Both executions must have succeeded before their rows can be compared.");
  const columns = { a: a.columns ?? [], b: b.columns ?? [] };
  const pairs = pairColumns(columns.a, columns.b);
  if (pairs.length === 0) throw wrongKey("The two results have no column of the same name.");
  const asked = query.key ? indexesOf(query.key, pairs, columns.a) : null;
  const changed =
    query.column === undefined ? null : pairs.findIndex((pair) => columns.a[pair.a]?.name === query.column);
  if (changed === -1) {
    const message = `"${query.column}" is not a column of both results.`;
    throw invalidAt("column", message);
  }
  const held: { release(): void }[] = [];
  try {
    const side = async (statement: ResultStatement): Promise<DiffSide> => {
      const { parts, release } = await partsOf(statement);
      held.push({ release });
      return { parts, columns: statement.columns ?? [] };
    };
    const sides = { a: await side(a), b: await side(b), pairs };
    const key = asked ?? (await keyOf(a, b, sides));
    const what = createHash("sha256")
      .update(JSON.stringify([b.statementId, key]))
      .digest("hex");
    const derived = await derivedPath(a.statementId, `${what}.diff`);
    const { offset, limit, only = null } = query;
    const request = { kind: "diff" as const, ...sides, key, derived, only, changed, offset, limit };
    const answer = await read<DiffAnswer>({ request, deadlineMs });
    if (!("repeated" in answer)) return viewOf(a, b, pairs, key, answer);
    const { side: where, values, times } = answer.repeated;
    const said = key.map((index, n) => `${columns.a[pairs[index]?.a ?? -1]?.name ?? ""} ${values[n] ?? "null"}`);
    const result = where === "a" ? "first" : "second";
    throw wrongKey(
      `Rows cannot be told apart by that: ${said.join(", ")} occurs ${times} times in the ${result} result.`,
    );
  } catch (error) {
    throw readError(error);
  } finally {
    for (const { release } of held) release();
  }
}

function viewOf(
  a: ResultStatement,
  b: ResultStatement,
  pairs: DiffPair[],
  key: number[],
  answer: Difference,
): DiffView {
  const [left, right] = [a.columns ?? [], b.columns ?? []];
  const alone = (columns: Column[], side: "a" | "b") =>
    columns.flatMap((_, i) => (pairs.some((pair) => pair[side] === i) ? [] : [{ a: -1, b: -1, [side]: i }]));
  const places = [...pairs, ...alone(left, "a"), ...alone(right, "b")];
  const cells = (row: (string | null)[] | null, columns: Column[], side: "a" | "b") =>
    row && places.map((place) => toJsonCell(row[place[side]] ?? null, columns[place[side]]?.type ?? "text"));
  const rowsOfA = a.rowCount ?? 0;
  return {
    key: key.map((index) => left[pairs[index]?.a ?? -1]?.name ?? ""),
    columns: places.map((place, i) => ({
      name: left[place.a]?.name ?? right[place.b]?.name ?? "",
      a: left[place.a]?.type ?? null,
      b: right[place.b]?.type ?? null,
      changed: answer.changedBy[i] ?? 0,
    })),
    a: { rows: rowsOfA, truncated: a.truncated },
    b: { rows: b.rowCount ?? 0, truncated: b.truncated },
    added: answer.added,
    removed: answer.removed,
    changed: answer.changed,
    same: rowsOfA - answer.removed - answer.changed,
    matching: answer.matching,
    rows: answer.rows.map((row) => ({
      kind: row.kind,
      a: cells(row.a, left, "a"),
      b: cells(row.b, right, "b"),
      changed: row.changed,
    })),
  };
}
