export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Line numbers, from 1; null where the line is only in the other text. */
  before: number | null;
  after: number | null;
}

/** Beyond this many pairs the lines between are shown as replaced: nobody reads such a diff line by line. */
const mostPairs = 4_000_000;

/** The fewest lines that were taken out and put in to get from one text to the other. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const middle = shortest(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const kinds = [
    ...new Array<DiffLine["kind"]>(head).fill("same"),
    ...middle,
    ...new Array<DiffLine["kind"]>(tail).fill("same"),
  ];
  let [a, b] = [0, 0];
  return kinds.map((kind) => {
    const text = (kind === "added" ? now[b] : old[a]) ?? "";
    return {
      kind,
      text,
      before: kind === "added" ? null : ++a,
      after: kind === "removed" ? null : ++b,
    };
  });
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split(/\r\n|\r|\n/);
}

function shortest(old: string[], now: string[]): DiffLine["kind"][] {
  const replaced = () => [...old.map(() => "removed" as const), ...now.map(() => "added" as const)];
  if (old.length * now.length > mostPairs || old.length === 0 || now.length === 0) return replaced();
  const width = now.length + 1;
  // The longest common rest from each pair of places on.
  const rest = new Uint32Array((old.length + 1) * width);
  for (let a = old.length - 1; a >= 0; a--)
    for (let b = now.length - 1; b >= 0; b--)
      rest[a * width + b] =
        old[a] === now[b]
          ? (rest[(a + 1) * width + b + 1] ?? 0) + 1
          : Math.max(rest[(a + 1) * width + b] ?? 0, rest[a * width + b + 1] ?? 0);
  const kinds: DiffLine["kind"][] = [];
  let [a, b] = [0, 0];
  while (a < old.length || b < now.length) {
    if (a < old.length && b < now.length && old[a] === now[b]) {
      kinds.push("same");
      a++;
      b++;
    } else if (
      b >= now.length ||
      (a < old.length && (rest[(a + 1) * width + b] ?? 0) >= (rest[a * width + b + 1] ?? 0))
    ) {
      kinds.push("removed");
      a++;
    } else {
      kinds.push("added");
      b++;
    }
  }
  return kinds;
}

export interface Piece {
  lines: DiffLine[];
  /** Unchanged lines left out before it. */
  skipped: number;
}

/** What changed, with a few lines around it. Empty when nothing did. */
export function pieces(lines: DiffLine[], around = 3): Piece[] {
  const near = lines.map(() => false);
  lines.forEach(({ kind }, at) => {
    if (kind !== "same") near.fill(true, Math.max(0, at - around), Math.min(lines.length, at + around + 1));
  });
  const found: Piece[] = [];
  let skipped = 0;
  lines.forEach((line, at) => {
    if (!near[at]) skipped++;
    else if (at > 0 && near[at - 1]) found.at(-1)?.lines.push(line);
    else {
      found.push({ lines: [line], skipped });
      skipped = 0;
    }
  });
  return found;
}
