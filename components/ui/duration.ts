/** A span as people say it: "240 ms", "1.4 s", "3 min 12 s", "2 h 5 min", "1 h". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return whole(`${minutes} min`, seconds % 60, "s");
  return whole(`${Math.floor(minutes / 60)} h`, minutes % 60, "min");
}

const whole = (most: string, rest: number, unit: string) => (rest === 0 ? most : `${most} ${rest} ${unit}`);

/** How long ago, coarse on purpose: lists must not tick. */
export function ago(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const words = wording(seconds);
  if (seconds < 10) return "just now";
  return ms >= 0 ? `${words} ago` : `in ${words}`;
}

function wording(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  if (days < 60) return days === 1 ? "1 day" : `${days} days`;
  if (days < 730) return `${Math.floor(days / 30)} months`;
  return `${Math.floor(days / 365)} years`;
}
