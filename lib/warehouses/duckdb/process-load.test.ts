import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { processLoad } from "./process-load";

/** Looked at is this very process, which knows by itself what it takes. */

const self = (start: string) => ({ pid: process.pid, start });
const share = (cpuMicros: number, wallMs: number) => cpuMicros / 1_000 / wallMs / availableParallelism();
const spent = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
/** The kernel tells time in hundredths of a second, of the person's part and the system's each; in microseconds. */
const rounding = 50_000;

/** Until this process has had so much of a processor, however long that takes on a busy machine. */
function burn(micros: number): void {
  for (const end = spent() + micros; spent() < end; );
}

describe.runIf(process.platform === "linux")("the load of our processes", () => {
  it("is what they have had of the processors since the last look", () => {
    const [before, began] = [spent(), performance.now()];
    expect(processLoad([self("a")]).cpu).toBe(0);
    const [inner, looked] = [spent(), performance.now()];
    burn(500_000);
    const [innerSpent, innerMs] = [spent() - inner, performance.now() - looked];
    const { cpu } = processLoad([self("a")]);
    const [outerSpent, outerMs] = [spent() - before, performance.now() - began];
    expect(cpu).toBeGreaterThan(share(innerSpent - rounding, outerMs));
    expect(cpu).toBeLessThan(share(outerSpent + rounding, innerMs));
    // Another process that has come by the same number since, and so has had nothing yet.
    burn(100_000);
    expect(processLoad([self("b")]).cpu).toBe(0);
  });

  it("is that of each warehouse, also where another was looked at meanwhile", () => {
    processLoad([self("a")]);
    processLoad([]);
    burn(200_000);
    expect(processLoad([self("a")]).cpu).toBeGreaterThan(0);
  });

  it("is their share of the memory", () => {
    const resident = () => Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1_024;
    const slack = 32 * 1_024 * 1_024;
    const before = resident();
    const bytes = (processLoad([self("a")]).memory ?? 0) * totalmem();
    const after = resident();
    expect(bytes).toBeGreaterThan(Math.min(before, after) - slack);
    expect(bytes).toBeLessThan(Math.max(before, after) + slack);
  });

  it("counts who is gone, or has no number, and adds nothing for them", () => {
    const absent = [
      // Above the most that Linux gives.
      { pid: 2 ** 22 + 1, start: "gone" },
      { pid: null, start: "none" },
    ];
    expect(processLoad(absent)).toMatchObject({ active: 2, waiting: 0, cpu: 0, memory: 0 });
    expect(processLoad([self("a"), ...absent]).memory).toBeGreaterThan(0);
  });
});
