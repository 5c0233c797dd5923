/** How many boxes stand side by side at most, each as far along as the longest way to it. Pure, and without the layout's library. */
export function widest(ids: string[], lines: { from: string; to: string }[]): number {
  const known = new Set(ids);
  const needs = new Map<string, string[]>();
  for (const { from, to } of lines) if (known.has(from)) needs.set(to, [...(needs.get(to) ?? []), from]);
  const ranks = new Map<string, number>();
  // A draft may have a cycle: whoever is on the way already counts as its beginning.
  const rankOf = (id: string): number => {
    const found = ranks.get(id);
    if (found !== undefined) return found;
    ranks.set(id, 0);
    const rank = Math.max(0, ...(needs.get(id) ?? []).map((before) => rankOf(before) + 1));
    ranks.set(id, rank);
    return rank;
  };
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(rankOf(id), (counts.get(rankOf(id)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
