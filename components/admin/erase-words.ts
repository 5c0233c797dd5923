import { count } from "@/components/ui/count";
import type { ErasurePreview } from "@/lib/erasures/schema";

const day = (at: string) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    new Date(at),
  );

/** Of whom, how old, and what else would be met, a sentence each. */
export function previewLines(preview: ErasurePreview): string[] {
  const { people, peopleCount, oldest, newest } = preview;
  const named = people.map(({ name, results }) => `${name} (${results.toLocaleString("en-US")})`);
  const others = peopleCount - people.length;
  const who = new Intl.ListFormat("en").format(others > 0 ? [...named, count(others, "other")] : named);
  const some = (n: number, one: string, more: string) =>
    n > 0 ? [`${n.toLocaleString("en-US")} ${n === 1 ? one : more}`] : [];
  return [
    `On ${count(preview.executions, "page")} of ${who}.`,
    ...(oldest && newest
      ? [day(oldest) === day(newest) ? `From ${day(oldest)}.` : `From ${day(oldest)} to ${day(newest)}.`]
      : []),
    ...some(preview.shared, "is shared now.", "are shared now."),
    ...some(preview.onBoards, "is on a board.", "are on boards."),
    ...some(
      preview.derived,
      "was made from others of them on Results and files.",
      "were made from others of them on Results and files.",
    ),
    ...some(
      preview.unfinished,
      "more still runs or waits: stop it first, or erase again when it has ended.",
      "more still run or wait: stop them first, or erase again when they have ended.",
    ),
  ];
}
