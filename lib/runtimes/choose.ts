import { SluiceError } from "@/lib/platform/errors";
import type { Runtime } from "./runtime";

/** What an operator's manifest says of how it can be run. */
export interface Needs {
  /** It has an image, or the pipeline names one. */
  container: boolean;
  /** It has a command for a child process. */
  process: boolean;
  /** What runs was written by whoever made the pipeline, not by whoever added the operator. */
  peoplesCode: boolean;
}

export interface Choice {
  /** STAGE_RUNTIME */
  wanted: "auto" | "docker" | "kubernetes" | "process";
  /** Only this machine can reach the portal: a quickstart. */
  onLoopback: boolean;
  process: Runtime;
  /** Null: no engine or cluster that can run stages; `why` says why not. */
  containers: Runtime | null;
  why: string;
}

/**
 * The ways in which it may run, the preferred first, before anybody has looked for an engine: what a page may say of an
 * operator that nobody has run yet. None: it is refused.
 */
export function waysOf(
  needs: Needs,
  { wanted, onLoopback }: Pick<Choice, "wanted" | "onLoopback">,
): ("process" | "containers")[] {
  const trusted = !needs.peoplesCode;
  const always = wanted === "docker" || wanted === "kubernetes";
  const mayProcess = needs.process && (trusted || onLoopback) && !always;
  const mayContainer = needs.container && wanted !== "process";
  if (mayProcess && (trusted || wanted === "process" || !mayContainer)) return ["process"];
  return [...(mayContainer ? (["containers"] as const) : []), ...(mayProcess ? (["process"] as const) : [])];
}

/**
 * Operators' own programs run as processes of the worker unless containers are asked for: that is quickest. What people
 * write runs in a container; without an engine only where nobody but the people of this machine can write it.
 * @throws SluiceError unavailable, with what to do
 */
export function chooseRuntime(needs: Needs, { wanted, onLoopback, process, containers, why }: Choice): Runtime {
  const ways = waysOf(needs, { wanted, onLoopback });
  for (const way of ways) {
    if (way === "process") return process;
    if (containers) return containers;
  }
  if (ways.length > 0) throw new SluiceError("unavailable", why);
  if (wanted === "docker" || wanted === "kubernetes")
    throw new SluiceError("unavailable", `This operator has no image, and STAGE_RUNTIME is ${wanted}.`);
  if (needs.process)
    throw new SluiceError(
      "unavailable",
      "People's own code runs in containers only, since others can reach this portal. Set up Docker, or a cluster, for its workers.",
    );
  throw new SluiceError("unavailable", "This operator runs in containers only, and STAGE_RUNTIME is process.");
}
