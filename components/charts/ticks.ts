/** Round numbers around a range, for an axis of values. */

const steps = [1, 2, 2.5, 5, 10];

/** About `count` round numbers from below `low` to above `high`, in equal steps. */
export function roundTicks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) return low === 0 ? [0, 1] : roundTicks(Math.min(0, low), Math.max(0, low), count);
  const wanted = (high - low) / (count - 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = power * (steps.find((one) => one * power >= wanted * 0.999_999) ?? 10);
  const [from, to] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  // By multiplication, since sums of 0.1 are not round.
  return Array.from({ length: to - from + 1 }, (_, n) => Number(((from + n) * step).toPrecision(12)));
}

/** Powers of ten from below the least value to above the greatest; of very many, some. */
export function powerTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(Math.max(low, Number.MIN_VALUE)) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(high, Number.MIN_VALUE)) - 1e-9));
  const every = Math.ceil((to - from) / 8);
  const ticks = [];
  for (let power = from; power < to + every; power += every) ticks.push(10 ** power);
  return ticks;
}

/** Every how many places one is named, where each name takes `each` pixels of `room`. */
export const everyPlace = (places: number, each: number, room: number): number =>
  Math.max(1, Math.ceil((places * each) / Math.max(1, room)));
