// Preloaded into a program whose wall clock is to be wrong, as on a machine that nobody has set. What counts time that
// has passed (timers, performance.now) goes on as before: so does a wrong clock of a real machine.
import process from "node:process";

const by = Number(process.env.CLOCK_SECONDS ?? 0) * 1_000;
const Real = Date;

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + by);
    else super(...given);
  }

  static now() {
    return Real.now() + by;
  }
};
