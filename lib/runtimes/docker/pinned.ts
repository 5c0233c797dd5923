import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { SluiceError } from "@/lib/platform/errors";
import { accountOf } from "../accounts";
import { accountName, imageName, pinnedName } from "../image-name";
import { connect, isUnreachable, unless, wordsOf } from "./engine";

const answerMs = 5_000;

/**
 * What an image's name means to the engine of this machine, as `name@sha256:…`. Null: it has the image, and no registry
 * ever had it. Undefined: no engine answers here.
 * @param accounts a file as `docker login` writes it
 * @throws SluiceError unavailable: the engine has no such image, and its registry does not answer it
 */
export async function pinnedByEngine(image: string, accounts: string | null): Promise<string | null | undefined> {
  const late = new AbortController();
  const overdue = delay(answerMs, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new SluiceError("unavailable", `The image ${image} cannot be looked up: no answer within 5 s.`);
  });
  try {
    return await Promise.race([ask(connect(), image, accounts), overdue]);
  } finally {
    late.abort();
    overdue.catch(() => undefined);
  }
}

async function ask(docker: Docker, image: string, accounts: string | null): Promise<string | null | undefined> {
  try {
    const local = await unless([404], docker.getImage(image).inspect());
    const had = local?.RepoDigests?.map((one) => one.split("@")).find(([name]) => plain(name) === plain(image))?.[1];
    // Without a registry in its name a container takes what the engine has, and nobody is asked.
    if (local && imageName(image).registry === null) return had ? pinnedName(image, had) : null;
    return await fromRegistry(docker, image, accounts).catch((error: unknown) => {
      if (had) return pinnedName(image, had);
      throw error;
    });
  } catch (error) {
    if (isUnreachable(error)) return undefined;
    const why = wordsOf(error).replace(/\.$/, "");
    throw new SluiceError("unavailable", `The image ${image} cannot be looked up: ${why}.`, {}, { cause: error });
  }
}

/** The engine asks, as for a pull, and takes nothing but the name. */
async function fromRegistry(docker: Docker, image: string, accounts: string | null): Promise<string> {
  const serveraddress = accountName(image);
  const account = await accountOf(serveraddress, accounts);
  const authconfig = account && { ...account, serveraddress };
  const { Descriptor } = await docker.getImage(image).distribution(authconfig ? { authconfig } : {});
  return pinnedName(image, Descriptor.digest);
}

/** Engines leave out what Docker's own images need not name, and we no tag. */
function plain(image = ""): string {
  const { registry, repository } = imageName(image);
  const name = repository.replace(/^library\//, "");
  return registry === null || registry === "docker.io" ? name : `${registry}/${name}`;
}
