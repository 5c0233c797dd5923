/** The spans up to now that the page of all logs offers. Pure. */
export const spans = [
  { value: "15m", label: "Last 15 minutes", ms: 15 * 60_000 },
  { value: "1h", label: "Last hour", ms: 3_600_000 },
  { value: "24h", label: "Last 24 hours", ms: 24 * 3_600_000 },
  { value: "7d", label: "Last 7 days", ms: 7 * 24 * 3_600_000 },
];

/** Milliseconds; undefined when the text is none of them. */
export const sinceMs = (value: string): number | undefined => spans.find((span) => span.value === value)?.ms;
