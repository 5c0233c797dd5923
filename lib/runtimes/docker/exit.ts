import type { ContainerInspectInfo } from "dockerode";
import { endedFromOutside } from "../from-outside";
import type { Exit } from "../runtime";
import { secondsOf } from "./container";
import type { Highest } from "./usage";

/** What an engine that comes back says of a container that ended meanwhile, whose end nobody saw; and some programs of theirs. */
const unseenCode = 255;

/** `asked`: to end, by us. `away`: the engine was, since the container was started. */
export function exitOf(
  { State, Config, HostConfig }: ContainerInspectInfo,
  highest: Highest,
  { asked, away }: { asked: boolean; away: boolean },
): Exit {
  const ranMs = Date.parse(State.FinishedAt) - Date.parse(State.StartedAt);
  const timedOut = ranMs >= secondsOf(Config.Labels) * 1_000;
  // The engine says it also where a child was ended and the program went on.
  const outOfMemory = State.OOMKilled;
  const platformOf = () => {
    if (State.Error) return `The engine could not run the container: ${State.Error}`;
    if (asked || timedOut || outOfMemory) return null;
    if (away && State.ExitCode === unseenCode)
      return `The engine was away when the container ended, and does not know how (exit code ${unseenCode}).`;
    // By an engine that ends, `docker kill`, or whoever ends its process on the machine.
    if (!endedFromOutside({ code: State.ExitCode, signal: null })) return null;
    return `The container was ended from outside, by the engine or on its machine (exit code ${State.ExitCode}).`;
  };
  const peak = outOfMemory ? (HostConfig.Memory ?? highest.memoryBytes) : highest.memoryBytes;
  return {
    code: State.ExitCode,
    signal: null,
    outOfMemory,
    timedOut,
    peakMemoryBytes: peak || null,
    cpuSeconds: highest.cpuSeconds || null,
    platform: platformOf(),
  };
}

export const lost = (platform: string): Exit => ({
  ...{ code: null, signal: null, outOfMemory: false, timedOut: false, peakMemoryBytes: null, cpuSeconds: null },
  platform,
});
