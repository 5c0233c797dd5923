import type { DateRange } from "@/lib/queries/relative-dates";

const dayMs = 86_400_000;
// Not Intl's: server and browser know different months and spaces, and the page would be drawn twice.
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

interface Parts {
  day: number;
  month: string;
  year: string;
}

function partsOf(day: string): Parts {
  return { day: Number(day.slice(8)), month: months[Number(day.slice(5, 7)) - 1] ?? "", year: day.slice(0, 4) };
}

/** "21 Nov 2026". */
export function dayWords(day: string): string {
  const { day: date, month, year } = partsOf(day);
  return `${date} ${month} ${year}`;
}

/** The days of a range, its last one too: "15 – 21 Nov 2026"; of hours, the wall clock. */
export function rangeWords({ from, to }: DateRange): string {
  if (from.length > 10) return `${from.slice(0, 16)} – ${to.slice(0, 16)}`;
  const last = new Date(Date.parse(`${to}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);
  if (last === from) return dayWords(from);
  const [begin, end] = [partsOf(from), partsOf(last)];
  if (begin.year !== end.year) return `${dayWords(from)} – ${dayWords(last)}`;
  return begin.month === end.month
    ? `${begin.day} – ${dayWords(last)}`
    : `${begin.day} ${begin.month} – ${dayWords(last)}`;
}
