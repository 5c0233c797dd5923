import { effective } from "@/lib/operators/form";
import { pinnedImage } from "@/lib/operators/pinned-image";
import type { Manifest } from "@/lib/operators/schema";
import { SluiceError } from "@/lib/platform/errors";
import { pointerOf } from "@/lib/platform/json-pointer";
import type { Pins } from "./pin-operators";
import type { PipelineDocument, Problem, Stage } from "./schema";

/** The image that a stage itself names, where its operator leaves it to the stage. */
function imageNamed(manifest: Manifest | undefined, { params = {} }: Stage): string | null {
  if (manifest?.image !== null) return null;
  const { image } = effective(manifest.parameters, params);
  return typeof image === "string" ? image : null;
}

/**
 * Adds to the pins of a version what the images mean now that its stages name. Where nobody can say it, that of the version
 * before stays; without one it runs what the name means then, with a warning.
 */
export async function pinImages({ stages }: PipelineDocument, pins: Pins, before: Pins | null): Promise<Problem[]> {
  const images = new Set(stages.map((stage) => imageNamed(pins[stage.operator]?.manifest, stage)));
  images.delete(null);
  const found = new Map(
    await Promise.all([...images].map(async (image) => [image, await lookUp(image ?? "")] as const)),
  );
  const loose: Problem[] = [];
  for (const [at, stage] of stages.entries()) {
    const pin = pins[stage.operator];
    const image = imageNamed(pin?.manifest, stage);
    const one = found.get(image);
    if (!pin || image === null || !one) continue;
    const pinned = "pinned" in one ? one.pinned : before?.[stage.operator]?.images?.[image];
    if (pinned !== undefined) pin.images = { ...pin.images, [image]: pinned };
    else if ("why" in one)
      loose.push({
        ...{ severity: "warning", stage: stage.id, field: pointerOf(["stages", at, "params", "image"]) },
        message: `${one.why} So this version runs whatever is under that name then.`,
        fix: one.fix,
      });
  }
  return loose;
}

async function lookUp(image: string): Promise<{ pinned: string } | { why: string; fix: string }> {
  try {
    const pinned = await pinnedImage(image);
    if (pinned !== null) return { pinned };
    const why = `The image ${image} was built on this machine, and no registry has it.`;
    return { why, fix: "Push it to a registry, and write its name there." };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { why: error.message, fix: "Write its digest, or publish it again when the registry answers." };
  }
}
