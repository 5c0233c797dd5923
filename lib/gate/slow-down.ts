/**
 * How many slots a warehouse gives while it is hot. `heat` is what its own load is by the thresholds that an admin has
 * set: 1 and more is hot, 0.7 and less is calm, between them nothing changes.
 *
 * The rule is additive increase, multiplicative decrease (Chiu and Jain, "Analysis of the increase and decrease
 * algorithms for congestion avoidance", 1989: of the linear rules the one that comes to a fair and stable share), with
 * what keeps a slow loop from swinging:
 * - evidence: 30 s of heat before a cut, 60 s of calm before a step up, counted anew after each change, so that a change
 *   is felt before it is judged, and a spike of one or two samples does nothing;
 * - dwell: no change within 30 s of another;
 * - memory: the number of slots that turned hot again after a step up is kept as `ceiling`. Below it slots come back
 *   one a minute; to reach it again is a probe, and each probe that fails doubles the wait for the next, up to 32
 *   minutes (the binary exponential back-off of Metcalfe and Boggs, "Ethernet", 1976). One that stays calm lifts it.
 * A warehouse that stays hot at one slot stays at one: the rule never stops work, that is for a pause.
 */

export interface Slowing {
  /** Slots given; null: all of them. */
  slots: number | null;
  /** Samples in a row that were hot, and calm, since the last change. */
  hot: number;
  calm: number;
  /** Of the last change, and of the last sample with an answer; milliseconds. */
  changedAt: number;
  heardAt: number;
  /** Whether the last change was a step up. */
  rose: boolean;
  ceiling: number | null;
  /** How long a probe of the ceiling waits, milliseconds. */
  patience: number;
}

export interface Sampled {
  /** Milliseconds by one clock for all samples of a warehouse: the database's. */
  at: number;
  /** Null: the warehouse said nothing that could be judged. */
  heat: number | null;
}

export const hotAt = 1;
export const calmAt = 0.7;
export const hotSamples = 3;
const calmSamples = 6;
const cutTo = 0.7;
const dwellMs = 30_000;
const firstPatienceMs = 60_000;
const mostPatienceMs = 32 * 60_000;
/** Without an answer for so long there is no ground to hold people back. */
const deafMs = 10 * 60_000;

export const unslowed = (at: number): Slowing => ({
  slots: null,
  hot: 0,
  calm: 0,
  changedAt: at - dwellMs,
  heardAt: at,
  rose: false,
  ceiling: null,
  patience: firstPatienceMs,
});

/** The state after one more sample. `most` are the slots that an admin has given; changed, what is given follows. */
export function slowDown(before: Slowing, { at, heat }: Sampled, most: number): Slowing {
  const heard = heat === null ? before : { ...before, heardAt: at };
  const state = { ...heard, slots: before.slots !== null && before.slots >= most ? null : before.slots };
  if (heat === null) {
    const deaf = state.slots !== null && at - state.heardAt >= deafMs;
    return deaf ? { ...rise(state, at, most), heardAt: at - deafMs + firstPatienceMs } : state;
  }
  state.hot = heat >= hotAt ? before.hot + 1 : 0;
  state.calm = heat <= calmAt ? before.calm + 1 : 0;
  if (at - state.changedAt < dwellMs) return state;
  if (state.hot >= hotSamples) return cut(state, at, most);
  const wiser = forgetful(state, at);
  if (wiser.slots === null || wiser.calm < calmSamples) return wiser;
  const probes = wiser.ceiling !== null && wiser.slots + stepOf(most) >= wiser.ceiling;
  if (at - wiser.changedAt < (probes ? wiser.patience : firstPatienceMs)) return wiser;
  return rise(wiser, at, most);
}

const stepOf = (most: number) => Math.max(1, Math.floor(most / 16));

function cut(state: Slowing, at: number, most: number): Slowing {
  const given = state.slots ?? most;
  if (given <= 1) return { ...state, hot: 0 };
  const slots = Math.max(1, Math.min(given - 1, Math.floor(given * cutTo)));
  // The first that fails sets the ceiling; from then on each that reaches it is a probe.
  const patience = state.rose && state.ceiling !== null ? Math.min(mostPatienceMs, state.patience * 2) : state.patience;
  return {
    ...state,
    ...{ slots, hot: 0, calm: 0, changedAt: at, rose: false, patience },
    ceiling: state.rose ? given : state.ceiling,
  };
}

function rise(state: Slowing, at: number, most: number): Slowing {
  const next = (state.slots ?? most) + stepOf(most);
  const slots = next >= most ? null : next;
  return { ...state, slots, hot: 0, calm: 0, changedAt: at, rose: true };
}

/**
 * A step up to the ceiling that stays calm shows that there is room again: the next is no probe. The wait for probes
 * shrinks slowly, since a load that comes and goes must not be asked faster each time it is away.
 */
function forgetful(state: Slowing, at: number): Slowing {
  const { ceiling, calm, slots, patience } = state;
  if (ceiling !== null && state.rose && calm >= calmSamples && (slots === null || slots >= ceiling))
    return { ...state, ceiling: null, patience: Math.max(firstPatienceMs, patience / 2) };
  if (slots === null && patience > firstPatienceMs && at - state.changedAt >= patience)
    return { ...state, patience: firstPatienceMs };
  return state;
}
