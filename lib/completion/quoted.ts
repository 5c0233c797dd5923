import { RESERVED } from "./keywords";

/** As it must be written in SQL: quoted only when it would not be read back the same. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
