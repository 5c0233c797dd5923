import type { Given } from "./command";
import { Failure } from "./failure";

/** A flag, and what it says; undefined where it was not given. */
export interface Taken<Value> {
  flag: string;
  take(given: Given): Value | undefined;
}

type Fields = Record<string, Taken<unknown>>;
type Body<Of extends Fields> = { [Name in keyof Of]?: Of[Name] extends Taken<infer Value> ? Value : never };

const text = (flag: string): Taken<string> => ({ flag, take: (given) => given.text(flag) });

/** Flags of text that are called as their fields are. */
export function texts<Name extends string>(...names: Name[]): Record<Name, Taken<string>> {
  return Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, Taken<string>>;
}

/** The same of switches. */
export function switches<Name extends string>(...names: Name[]): Record<Name, Taken<true>> {
  const one = (flag: string): Taken<true> => ({ flag, take: (given) => given.is(flag) || undefined });
  return Object.fromEntries(names.map((name) => [name, one(name)])) as Record<Name, Taken<true>>;
}

export const whole = (flag: string, least = 0): Taken<number> => ({ flag, take: (given) => given.number(flag, least) });

/** A number of which 0 says that there is none. */
export const zeroIsNone = (flag: string): Taken<number | null> => ({
  flag,
  take: (given) => (given.number(flag) === 0 ? null : given.number(flag)),
});

/** A text of which `none` says that there is none. */
export const orNone = (flag: string): Taken<string | null> => ({
  flag,
  take: (given) => (given.text(flag) === "none" ? null : given.text(flag)),
});

export const onOff = (flag: string): Taken<boolean> => ({
  flag,
  take: (given) => {
    const said = given.text(flag);
    if (said === undefined) return undefined;
    if (said !== "on" && said !== "off") throw new Failure(`--${flag} is on or off, not "${said}".`);
    return said === "on";
  },
});

/** Fields by the flags that were given, and no others: what is left out stays as it is, or as the API has it. */
export function fromFlags<Of extends Fields>(given: Given, fields: Of): Body<Of> {
  const said = Object.entries(fields).map(([name, { take }]) => [name, take(given)] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined)) as Body<Of>;
}

/** The same of what is changed. @throws Failure naming the flags when none of them was given */
export function changesFromFlags<Of extends Fields>(given: Given, fields: Of): Body<Of> {
  const changes = fromFlags(given, fields);
  if (Object.keys(changes).length > 0) return changes;
  throw new Failure(`Say what to change: ${either(Object.values(fields).map(({ flag }) => `--${flag}`))}.`);
}

const listed = (words: readonly string[], last: "or" | "and"): string =>
  [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(` ${last} `);

/** `a`, `a or b`, `a, b or c`. */
export const either = (words: readonly string[]): string => listed(words, "or");

/** `a`, `a and b`, `a, b and c`. */
export const both = (words: readonly string[]): string => listed(words, "and");

/** Fields as a query string, with its question mark; nothing for none. */
export function search(fields: Record<string, unknown>): string {
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]);
  return pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : "";
}
