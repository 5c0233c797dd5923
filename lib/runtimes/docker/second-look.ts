import type { Container, ContainerInspectInfo, ContainerStats } from "dockerode";
import { statusOf } from "./engine";

/** With the time between two looks, about a minute. */
const inARow = 12;
const askMs = 5_000;
/** From here on it says that it cannot tell: does not do such things (501), or is away from its own containers (503). */
const cannotTell = 501;

/**
 * An engine that was killed and comes back may go on calling a container running of whose program it has nothing any more,
 * and would do so for ever (seen with 20.10). It is found out by what needs the program itself: what that uses, and a list
 * of its processes. Either may fail for a container that is well, as a list does where the engine's machine has no ps: so
 * both have to, and often in a row.
 */
export class SecondLook {
  private missed = 0;
  private next = 0;

  constructor(
    private readonly container: Container,
    private readonly everyMs: number,
  ) {}

  /** Looks, unless it has just done so. True: what was looked at and seems to run is lost. */
  async missesProgram({ State }: ContainerInspectInfo, signal?: AbortSignal): Promise<boolean> {
    if (performance.now() < this.next) return false;
    this.next = performance.now() + this.everyMs;
    // One that is paused, or on its way to another state, is no matter of ours.
    const missed = State.Status === "running" && (await this.isMissed(signal));
    this.missed = missed ? this.missed + 1 : 0;
    return this.missed >= inARow;
  }

  private async isMissed(signal?: AbortSignal): Promise<boolean> {
    const asking = () => {
      const late = AbortSignal.timeout(askMs);
      return { abortSignal: signal ? AbortSignal.any([signal, late]) : late };
    };
    const usage = { stream: false, "one-shot": true, ...asking() } as const;
    const stats = await answered(this.container.stats(usage));
    if (stats !== "no" && (stats === null || isTold(stats))) return false;
    return (await answered(this.container.top(asking()))) === "no";
  }
}

/** Of what is not there an engine tells nothing, or zeros. */
const isTold = ({ cpu_stats, memory_stats, pids_stats }: Partial<ContainerStats>): boolean =>
  [cpu_stats?.cpu_usage?.total_usage, memory_stats?.usage, pids_stats?.current].some((one) => (one ?? 0) > 0);

/** `no`: the engine itself says so. Null: without an answer, in time, nothing is known. */
const answered = <Value>(asked: Promise<Value>): Promise<Value | "no" | null> =>
  asked.catch((error: unknown) => ((statusOf(error) ?? cannotTell) < cannotTell ? "no" : null));
