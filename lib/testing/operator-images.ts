import { spawnSync } from "node:child_process";
import { localBases, makeLocalBases } from "../../scripts/base-images.mjs";
import { buildImage } from "../../scripts/images.mjs";

const has = (command: string) => spawnSync(command, ["--version"]).status === 0;

/**
 * Builds the images of these operators by their own Dockerfiles, in the engine that DOCKER_HOST names: upon bases that are
 * made here, or a registry's where that cannot be done. What the engine has kept from the last time takes a moment.
 */
export function buildOperators(ids: string[]): void {
  const local = has("debootstrap") && process.getuid?.() === 0;
  if (local) makeLocalBases();
  // An engine of the tests' own has no network of its own.
  for (const id of ids) buildImage(id, local ? localBases : new Map(), undefined, "host");
}
