import type { Waiting } from "@/lib/executions/schema";

/** "2nd in line for demo, about 8 s · Ana's export is running". */
export function waitingWords(waiting: Waiting | null, warehouse: string): string {
  if (!waiting) return `Waiting for ${warehouse}.`;
  const place = waiting.position ? `${ordinal(waiting.position)} in line for ${warehouse}` : `Waiting for ${warehouse}`;
  const estimate = waiting.estimateSeconds === null ? "" : `, about ${span(waiting.estimateSeconds)}`;
  return `${place}${estimate}${waiting.reason ? ` · ${waiting.reason}` : ""}`;
}

export function ordinal(n: number): string {
  const tens = n % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}

function span(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return `${Math.round(seconds / 60)} min`;
}
