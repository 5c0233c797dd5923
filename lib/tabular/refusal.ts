export interface Converted {
  columns: { name: string; type: string }[];
  sheets?: string[];
}

/** What is wrong with a file, in words for the person who sent it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    message: string,
    readonly field: "file" | "sheet" | "types" = "file",
  ) {
    super(message);
  }
}

/** Of a file's own names: each is something, and no two are alike. */
export function columnNames(names: string[]): string[] {
  const taken = new Set<string>();
  return names.map((given, i) => {
    const base = given.trim().slice(0, 200) || `column_${i + 1}`;
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

export const mostColumns = 5_000;
