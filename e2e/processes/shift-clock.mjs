// Preloaded into a program whose wall clock is to be wrong, as on a machine that nobody has set. What counts time that
// has passed (timers, performance.now) goes on as before: so does a wrong clock of a real machine.
import process from "node:process";

const by = Number(process.env.CLOCK_SECONDS ?? 0) * 1_000;
const Real = Date;
const realNow = Real.now;

function Shifted(...given) {
  const moment = given.length > 0 ? given : [realNow() + by];
  return new.target ? Reflect.construct(Real, moment, new.target) : new Real(...moment).toString();
}

// Own properties, not inherited ones: Next puts a Date of its own around this, with those.
Object.defineProperties(Shifted, Object.getOwnPropertyDescriptors(Real));
Object.defineProperty(Shifted, "now", { value: () => realNow() + by, writable: true, configurable: true });
Real.prototype.constructor = Shifted;
globalThis.Date = Shifted;
