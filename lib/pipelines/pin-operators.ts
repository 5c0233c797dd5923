import { type Installed, operatorOf } from "@/lib/operators/catalogue";
import { registeredImage } from "@/lib/operators/registry";
import type { Manifest } from "@/lib/operators/schema";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { imageName } from "@/lib/runtimes/image-name";
import type { PipelineDocument, Problem } from "./schema";

/** By the reference in the document: the operator as it is now, and its image as it will be for ever. */
export type Pins = Record<
  string,
  {
    manifest: Manifest;
    digest: string | null;
    /** Of an operator whose stages name their images: by the name in the document what it meant (pin-images.ts). */
    images?: Record<string, string>;
  }
>;

/**
 * What a version of a document is pinned to. Images whose name has no registry are this installation's own and stay as
 * they are named; of others the registry says the digest. Where it does not answer, that of the version before stays.
 * @returns `loose`: what could not be pinned, as warnings
 * @throws SluiceError invalid where an operator is gone
 */
export async function pinOperators(
  { stages }: PipelineDocument,
  before: Pins | null,
): Promise<{ pins: Pins; loose: Problem[] }> {
  const pins: Pins = {};
  const loose: Problem[] = [];
  for (const [at, { operator: ref, id }] of stages.entries()) {
    if (pins[ref]) continue;
    const found = await operatorOf(ref);
    if (!found) throw invalidAt("/stages", `The operator ${ref} was removed meanwhile.`);
    const { manifest } = found;
    pins[ref] = { manifest, digest: null };
    try {
      pins[ref].digest = await digestOf(found);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const earlier = before?.[ref];
      if (earlier?.manifest.image === manifest.image && earlier?.digest) pins[ref].digest = earlier.digest;
      else
        loose.push({
          ...{ severity: "warning", stage: id, field: `/stages/${at}/operator` },
          message: `${error.message} So this version runs whatever is under that name then.`,
          fix: "Publish it again when the registry answers.",
        });
    }
  }
  return { pins, loose };
}

async function digestOf({ manifest: { image }, pinned }: Installed): Promise<string | null> {
  if (pinned !== null || image === null || image.includes("@") || imageName(image).registry === null) return pinned;
  return (await registeredImage(image)).pinned;
}
