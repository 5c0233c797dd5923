import { bytesOf, secondsOf } from "@/lib/operators/quantities";
import type { Manifest } from "@/lib/operators/schema";
import type { Stage } from "@/lib/pipelines/schema";

/**
 * What a stage may take: its own words, else its operator's.
 * @param ofRun memory that it has in one run alone
 */
export function limitsOf(
  stage: Pick<Stage, "resources">,
  manifest: Pick<Manifest, "resources">,
  ofRun: string | null = null,
): { cpu: number; memoryBytes: number; seconds: number } {
  const { cpu, memory, timeout } = { ...manifest.resources, ...stage.resources };
  return {
    cpu: cpu ?? manifest.resources.cpu,
    memoryBytes: bytesOf(ofRun ?? memory ?? manifest.resources.memory),
    seconds: secondsOf(timeout ?? manifest.resources.timeout),
  };
}
