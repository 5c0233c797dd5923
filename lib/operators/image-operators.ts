import { logger } from "@/lib/platform/logger";
import { imageName } from "@/lib/runtimes/image-name";
import { checkManifest, type ManifestProblem } from "./check-manifest";
import { type RegisteredImage, registeredImage } from "./registry";
import type { Manifest } from "./schema";

/** Where an image has its manifest, as JSON: `LABEL io.sluice.operator=…`. */
export const manifestLabel = "io.sluice.operator";

type Loaded = { manifest: Manifest; pinned: string | null } | { id: string; problems: ManifestProblem[] };

const againMs = 10 * 60_000;
/** One that could not be had may soon be there. */
const failedAgainMs = 30_000;

const kept = new Map<string, { loaded: Loaded; at: number; looking: boolean }>();

/**
 * What images say of themselves: those with a registry in their name are asked for there, others are looked for in the
 * engine of this machine. Waits only for the first look at each; one that cannot be had any more stays as it was.
 */
export async function imageOperators(images: string[]): Promise<Loaded[]> {
  return Promise.all(
    images.map(async (image) => {
      const before = kept.get(image);
      if (!before) return look(image);
      const old = "manifest" in before.loaded ? againMs : failedAgainMs;
      if (!before.looking && Math.abs(Date.now() - before.at) > old) {
        before.looking = true;
        void look(image);
      }
      return before.loaded;
    }),
  );
}

async function look(image: string): Promise<Loaded> {
  const before = kept.get(image)?.loaded;
  let loaded: Loaded;
  try {
    loaded = read(image, imageName(image).registry === null ? await inEngine(image) : await registeredImage(image));
  } catch (error) {
    logger.warn({ image, why: (error as Error).message }, "image of an operator not looked up");
    const problems = [{ at: "image", message: (error as Error).message }];
    loaded = before && "manifest" in before ? before : { id: image, problems };
  }
  kept.set(image, { loaded, at: Date.now(), looking: false });
  return loaded;
}

/** Built on this machine and never pushed: nothing about it is the same for ever. */
async function inEngine(image: string): Promise<Omit<RegisteredImage, "pinned"> & { pinned: null }> {
  // Loaded where an image is looked for: most installations name none.
  const { connect, unless, wordsOf } = await import("@/lib/runtimes/docker/engine");
  const found = await unless([404], connect().getImage(image).inspect()).catch((error) => {
    throw new Error(`The container engine does not answer: ${wordsOf(error)}`);
  });
  if (!found)
    throw new Error(`The container engine of this machine has no image ${image}. Build it, or name its registry.`);
  return { pinned: null, labels: found.Config.Labels ?? {} };
}

function read(image: string, { pinned, labels }: { pinned: string | null; labels: Record<string, string> }): Loaded {
  const text = labels[manifestLabel];
  const wrong = (at: string, message: string): Loaded => ({ id: image, problems: [{ at, message }] });
  if (text === undefined) return wrong("image", `It has no label ${manifestLabel} with a manifest.`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return wrong("image", `Its label ${manifestLabel} is not JSON: ${(error as Error).message}`);
  }
  const checked = checkManifest(json);
  if ("problems" in checked) return { id: nameOf(json) ?? image, problems: checked.problems };
  const { process: _, ...manifest } = checked.manifest;
  // A name of its own would be another image than this one.
  return { manifest: { ...manifest, image }, pinned };
}

const nameOf = (json: unknown) =>
  typeof json === "object" && json !== null && "id" in json && typeof json.id === "string" ? json.id : null;
