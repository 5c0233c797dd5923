import type { Manifest } from "./schema";

/** Which version a reference means. Pure. */

type Versioned = Pick<Manifest, "id" | "version">;

const parts = (version: string) => version.split(".").map(Number);

export function newestFirst(a: Versioned, b: Versioned): number {
  const [ours, theirs] = [parts(a.version), parts(b.version)];
  const at = ours.findIndex((part, n) => part !== theirs[n]);
  return at < 0 ? 0 : (theirs[at] ?? 0) - (ours[at] ?? 0);
}

/** `sql-extract@1.2` is `["sql-extract", "1.2"]`. */
export function refParts(ref: string): [id: string, version: string] {
  const at = ref.lastIndexOf("@");
  return at < 0 ? [ref, ""] : [ref.slice(0, at), ref.slice(at + 1)];
}

/** The newest that a reference allows; an id alone allows all. */
export function pick<One extends Versioned>(ref: string, from: readonly One[]): One | undefined {
  const [id, asked] = refParts(ref);
  const fits = (one: One) =>
    one.id === id && (asked === "" || one.version === asked || one.version.startsWith(`${asked}.`));
  return from.filter(fits).sort(newestFirst)[0];
}
