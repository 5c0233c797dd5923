import type { Allowed } from "@/lib/egress/destination";
import { env } from "@/lib/platform/env";
import { accountsIn } from "@/lib/runtimes/accounts";
import { imageName } from "@/lib/runtimes/image-name";
import { imageDigest } from "./registry";

/**
 * What an image that a pipeline names means now, the same for ever: as the engine of this machine says, which also asks a
 * registry, or where there is none (a web process of a larger installation) the registry itself.
 * @returns null: an engine has it, and no registry
 * @throws SluiceError unavailable
 */
export async function pinnedImage(image: string): Promise<string | null> {
  if (image.includes("@")) return image;
  // Loaded where somebody names an image: most pipelines do not.
  const { pinnedByEngine } = await import("@/lib/runtimes/docker/pinned");
  const pinned = await pinnedByEngine(image, env().DOCKER_ACCOUNTS ?? null);
  return pinned === undefined ? imageDigest(image, await registries()) : pinned;
}

/** Of one's own network only registries that an admin has named somewhere: this process may reach what people may not. */
async function registries(): Promise<Allowed> {
  const { STAGE_PRIVATE_HOSTS, SLUICE_OPERATOR_IMAGES, DOCKER_ACCOUNTS } = env();
  const ofOperators = SLUICE_OPERATOR_IMAGES.map((image) => imageName(image).registry).filter((one) => one !== null);
  return {
    hosts: [...STAGE_PRIVATE_HOSTS, ...ofOperators, ...(await accountsIn(DOCKER_ACCOUNTS ?? null))],
    refusal: (host) => `${host} lies in a private network, and no admin has named it in STAGE_PRIVATE_HOSTS`,
  };
}
