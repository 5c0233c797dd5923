import { keyOrder } from "./document";

/** A change of a document, taken apart into the smallest ones that a text can follow. Pure. */

type Path = (string | number)[];

/** Keys and places from the document's top; `undefined` takes the value out, and with the last one what held it. */
export interface Change {
  path: Path;
  value: unknown;
}

/** One thing that a text can be told: `path` ends with the key or the place that it is about. */
export type Step =
  | { kind: "replace"; path: Path; value: unknown }
  /** Into a mapping or list that has some: at that place, under the path's last key. */
  | { kind: "insert"; path: Path; at: number; value: unknown }
  | { kind: "remove"; path: Path }
  | { kind: "rename"; path: Path; to: string };

/** Empty, these say nothing; `stages` and what people name themselves stay. */
export const saysNothing = new Set([
  ...["params", "inputs", "outputs", "after", "resources", "triggers", "concurrency", "notify", "webhook", "env"],
  "parameters",
]);

/** The next step from what a document says to what it shall say; null where it says it. */
export function nextStep(document: unknown, { path, value }: Change): Step | null {
  if (value === undefined) return removal(document, path);
  let holder = document;
  for (const [depth, key] of path.entries()) {
    const inner = within(holder, key);
    if (inner !== undefined) {
      holder = inner;
      continue;
    }
    const missing = path.slice(depth + 1).reduceRight<unknown>(wrapped, value);
    const size = sizeOf(holder);
    if (size === 0 || Array.isArray(holder) !== (typeof key === "number"))
      return { kind: "replace", path: path.slice(0, depth), value: wrapped(missing, key) };
    const at = Array.isArray(holder) ? size : placeOf(holder as object, path.slice(0, depth), String(key));
    return { kind: "insert", path: path.slice(0, depth + 1), at, value: missing };
  }
  return difference(holder, value, path);
}

/** What a document says once a change is made; what the change is not about is shared with it. */
export function changed(document: unknown, { path, value }: Change): unknown {
  return value === undefined ? without(document, path, []) : withValue(document, path, value);
}

function withValue(holder: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValue(within(holder, key), rest, value);
  if (typeof key === "number") return Array.isArray(holder) ? holder.toSpliced(key, 1, inner) : [inner];
  return { ...(sizeOf(holder) > 0 ? (holder as object) : {}), [key]: inner };
}

/** Undefined: nothing of it is left that would say something. */
function without(holder: unknown, [key, ...rest]: Path, above: Path): unknown {
  const inner = key === undefined ? undefined : within(holder, key);
  if (key === undefined || inner === undefined) return holder;
  const left = rest.length > 0 ? without(inner, rest, [...above, key]) : undefined;
  const filled = left !== undefined;
  const next = Array.isArray(holder)
    ? holder.toSpliced(Number(key), 1, ...(filled ? [left] : []))
    : { ...(holder as object), [key]: left };
  if (!filled && !Array.isArray(next)) delete (next as Record<string, unknown>)[key];
  return sizeOf(next) === 0 && saysNothing.has(String(above.at(-1))) ? undefined : next;
}

function within(holder: unknown, key: string | number): unknown {
  if (holder === null || typeof holder !== "object" || !Object.hasOwn(holder, key)) return undefined;
  return (holder as Record<string, unknown>)[key] ?? null;
}

const sizeOf = (value: unknown) => (value !== null && typeof value === "object" ? Object.keys(value).length : 0);

const wrapped = (value: unknown, key: string | number): unknown =>
  typeof key === "number" ? [value] : { [key]: value };

/** A key that is new goes where people write it: before those that come after it. */
function placeOf(holder: object, above: Path, key: string): number {
  const keys = Object.keys(holder);
  const order =
    above.length === 0 ? keyOrder.document : above.length === 2 && above[0] === "stages" ? keyOrder.stage : [];
  const place = order.indexOf(key);
  const at = place === -1 ? -1 : keys.findIndex((other) => order.indexOf(other) > place);
  return at === -1 ? keys.length : at;
}

function removal(document: unknown, path: Path): Step | null {
  const key = path.at(-1);
  const above = path.slice(0, -1);
  const holder = above.reduce<unknown>(within, document);
  if (key === undefined || within(holder, key) === undefined) return null;
  if (sizeOf(holder) > 1) return { kind: "remove", path };
  if (saysNothing.has(String(above.at(-1)))) return removal(document, above);
  return { kind: "replace", path: above, value: Array.isArray(holder) ? [] : {} };
}

/** The first thing in which they differ; the order of keys is nobody's business. */
function difference(have: unknown, want: unknown, path: Path): Step | null {
  if (same(have, want)) return null;
  if (sizeOf(have) === 0 || sizeOf(want) === 0 || Array.isArray(have) !== Array.isArray(want))
    return { kind: "replace", path, value: want };
  return Array.isArray(have) && Array.isArray(want)
    ? inList(have, want, path)
    : inMapping(have as Record<string, unknown>, want as Record<string, unknown>, path);
}

function inMapping(have: Record<string, unknown>, want: Record<string, unknown>, path: Path): Step | null {
  const before = Object.keys(have);
  for (const [at, [key, value]] of Object.entries(want).entries()) {
    if (Object.hasOwn(have, key)) {
      const found = difference(have[key], value, [...path, key]);
      if (found) return found;
      continue;
    }
    const there = before[at];
    if (there !== undefined && !Object.hasOwn(want, there)) return { kind: "rename", path: [...path, there], to: key };
    return { kind: "insert", path: [...path, key], at: Math.min(at, before.length), value };
  }
  const gone = before.find((key) => !Object.hasOwn(want, key));
  return gone === undefined ? null : { kind: "remove", path: [...path, gone] };
}

function inList(have: unknown[], want: unknown[], path: Path): Step | null {
  let at = 0;
  while (at < have.length && at < want.length && same(have[at], want[at])) at++;
  let kept = 0;
  const most = Math.min(have.length, want.length) - at;
  while (kept < most && same(have.at(-1 - kept), want.at(-1 - kept))) kept++;
  if (at === have.length - kept) return { kind: "insert", path: [...path, at], at, value: want[at] };
  if (at === want.length - kept) return { kind: "remove", path: [...path, at] };
  return difference(have[at], want[at], [...path, at]);
}

/** Whether they are the same values; of mappings, in whichever order. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key as never], b[key as never]))
  );
}
