import type { V1ContainerStateTerminated, V1Job, V1Pod } from "@kubernetes/client-node";
import { endedFromOutside } from "../from-outside";
import type { Exit } from "../runtime";
import type { Kept } from "./job";
import { besideOf, nameOf, stageOf, takeInOf } from "./pods";

/** What a runtime answers for a program that the image does not have. */
const noProgram = /executable file not found|no such file or directory|not found in \$PATH/i;
const notStarted = ["StartError", "ContainerCannotRun"];

/** Of what never becomes better by waiting. */
const hopeless = ["InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError"];
const pulling = ["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"];
const unschedulableMs = 15 * 60_000;
/** A node that does not say that a pod of its has ended, this long after it had to. */
const silentMs = 15_000;

export const lost = (platform: string): Exit => ({
  ...{ code: null, signal: null, outOfMemory: false, timedOut: false, peakMemoryBytes: null, cpuSeconds: null },
  platform,
});

export const ranSeconds = ({ startedAt, finishedAt }: V1ContainerStateTerminated): number =>
  startedAt && finishedAt ? (new Date(finishedAt).getTime() - new Date(startedAt).getTime()) / 1_000 : 0;

/** How a program ended by itself. `asked`: to end, by us. `inTime`: not for its time limit. */
export function exitOf(
  ended: V1ContainerStateTerminated,
  { seconds, memoryBytes }: Kept,
  { asked, timedOut }: { asked: boolean; timedOut: boolean },
): Exit {
  const missing = notStarted.includes(ended.reason ?? "") && noProgram.test(ended.message ?? "");
  const code = missing ? 127 : ended.exitCode;
  const outOfMemory = ended.reason === "OOMKilled";
  // Times are whole seconds: the difference may be one too many.
  const late = timedOut || ranSeconds(ended) > seconds;
  const platformOf = () => {
    if (notStarted.includes(ended.reason ?? "") && !missing)
      return `The cluster could not start the program: ${ended.message ?? ended.reason}`;
    if (asked || late || outOfMemory || !endedFromOutside({ code, signal: null })) return null;
    return `The program was ended from outside, by its node or somebody on it (exit code ${code}).`;
  };
  const peak = outOfMemory ? memoryBytes : null;
  return {
    ...{ code, signal: null, outOfMemory, timedOut: late, peakMemoryBytes: peak, cpuSeconds: null },
    platform: platformOf(),
  };
}

const nodeOf = (pod: V1Pod) => pod.spec?.nodeName ?? "that it was to run on";

function removedBy(pod: V1Pod): string | null {
  const { reason, message, conditions = [], phase } = pod.status ?? {};
  const said = conditions.find(({ type, status }) => type === "DisruptionTarget" && status === "True");
  if (reason === "Evicted") return `The node ${nodeOf(pod)} put the program out: ${message ?? "it needed the room"}`;
  if (said) return `The cluster took the program from its node ${nodeOf(pod)}: ${said.message ?? said.reason}`;
  if (phase === "Failed" && !stageOf(pod)?.state?.terminated)
    return `The pod failed before the program had ended: ${message ?? reason ?? "the cluster does not say why"}`;
  return null;
}

/**
 * What the platform did to a pod, in words, where the program has no end of its own; null: it goes on, or may still begin.
 */
export function platformEnd(job: V1Job, pod: V1Pod | undefined, now: number, pullMs: number): string | null {
  const failed = job.status?.conditions?.find(({ type, status }) => type === "Failed" && status === "True");
  if (!pod) return failed ? `The cluster ended the stage: ${failed.message ?? failed.reason}` : null;
  const removed = removedBy(pod);
  if (removed) return removed;
  const { deletionTimestamp, creationTimestamp } = pod.metadata ?? {};
  if (deletionTimestamp && now > new Date(deletionTimestamp).getTime() + silentMs)
    return `The node ${nodeOf(pod)} does not answer any more.`;
  const age = now - new Date(creationTimestamp ?? now).getTime();
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False" && age > unschedulableMs)
    return `The cluster has no node for the stage: ${scheduled.message ?? scheduled.reason}`;
  for (const status of [takeInOf(pod), stageOf(pod), besideOf(pod)]) {
    const { reason = "", message = "" } = status?.state?.waiting ?? {};
    const words = `The cluster cannot run the image ${status?.image || nameOf(pod)}: ${message || reason}`;
    if (hopeless.includes(reason) || (pulling.includes(reason) && age > pullMs)) return words;
  }
  return null;
}
