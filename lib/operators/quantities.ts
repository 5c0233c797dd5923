/** Times and amounts of memory as people write them (`duration`, `memory` in schema.ts). Pure. */

const seconds: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const bytes: Record<string, number> = { Ki: 1_024, Mi: 1_048_576, Gi: 1_073_741_824 };

const amount = (text: string, units: Record<string, number>) => {
  const [, count = "", unit = ""] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  const each = units[unit];
  if (each === undefined) throw new Error(`no amount: ${text.slice(0, 40)}`);
  return Number(count) * each;
};

/** `20m` is 1200. */
export const secondsOf = (duration: string): number => amount(duration, seconds);
/** `512Mi` is 536870912. */
export const bytesOf = (memory: string): number => amount(memory, bytes);
