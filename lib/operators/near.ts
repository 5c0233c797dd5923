/** The one of `names` that was probably meant by `word`: few letters away; null when none is. Pure. */
export function near(word: string, names: readonly string[]): string | null {
  const asked = plain(word);
  const most = Math.max(1, Math.floor(asked.length / 3));
  let best: string | null = null;
  let least = most + 1;
  for (const name of names) {
    const away = distance(asked, plain(name), least);
    if (away < least) [best, least] = [name, away];
  }
  return best === word ? null : best;
}

/** What there is to choose from, said where a name is wrong. */
export const oneOf = (names: readonly string[]): string =>
  names.length === 0 ? "There are none yet." : `Use one of: ${names.slice(0, 20).join(", ")}.`;

const plain = (word: string) =>
  word
    .slice(0, 100)
    .toLowerCase()
    .replace(/[-_\s]/g, "");

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment); `limit` when there are more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? limit;
}
