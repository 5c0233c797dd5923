/**
 * Names for formats that need them apart (JSON objects, Parquet): a repeated or empty name gets a number, as `id`, `id_2`.
 * Names that differ only in case are also told apart where `foldCase` says that readers of the format fold them.
 */
export function uniqueNames(names: string[], foldCase = false): string[] {
  const fold = (name: string) => (foldCase ? name.toLowerCase() : name);
  const original = new Set(names.map(fold));
  const taken = new Set<string>();
  return names.map((name) => {
    const base = name === "" ? "column" : name;
    let candidate = base;
    for (let n = 2; taken.has(fold(candidate)) || (candidate !== name && original.has(fold(candidate))); n++)
      candidate = `${base}_${n}`;
    taken.add(fold(candidate));
    return candidate;
  });
}
