/** What many samples of one thing come to. All in the unit of the samples. */
export interface Spread {
  n: number;
  p50: number;
  p95: number;
  max: number;
}

/** Nearest-rank percentile (the smallest sample that at least `p` % of the samples do not exceed). */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) throw new Error("No samples to take a percentile of.");
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.ceil((p / 100) * sorted.length);
  return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)] as number;
}

export function spread(samples: readonly number[]): Spread {
  return {
    n: samples.length,
    p50: percentile(samples, 50),
    p95: percentile(samples, 95),
    max: percentile(samples, 100),
  };
}

/** Ours over theirs, two digits; null where there is nothing to compare with. */
export function ratio(ours: number, theirs: number | undefined): number | null {
  if (theirs === undefined || theirs === 0) return null;
  return Math.round((ours / theirs) * 100) / 100;
}

/** Runs `work` `warm` times unmeasured and then `times` times, and answers the milliseconds each of the latter took. */
export async function timed(times: number, work: () => Promise<unknown>, warm = 0): Promise<number[]> {
  for (let i = 0; i < warm; i++) await work();
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    await work();
    samples.push(performance.now() - from);
  }
  return samples;
}
