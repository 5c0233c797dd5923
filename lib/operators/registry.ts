import { createHash } from "node:crypto";
import { z } from "zod";
import type { Allowed } from "@/lib/egress/destination";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { type Account, accountOf } from "@/lib/runtimes/accounts";
import { accountName, imageName, pinnedName } from "@/lib/runtimes/image-name";
import { anywhere, type Get, guarded } from "./registry-wire";

/** What a registry says of an image, by the OCI distribution specification 1.1. */
export interface RegisteredImage {
  /** `registry/repository@sha256:…`: the same for ever. */
  pinned: string;
  labels: Record<string, string>;
}

const answerMs = 5_000;
const dockersOwn = ["docker.io", "index.docker.io", "registry-1.docker.io"];
const kinds = [
  ...["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"],
  ...["application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json"],
].join(", ");

const described = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });
const manifestSchema = z.object({ config: described });
const indexSchema = z.object({
  manifests: z
    .array(described.extend({ platform: z.object({ os: z.string(), architecture: z.string() }).optional() }))
    .min(1),
});
const configSchema = z.object({
  config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/**
 * For images that an admin named.
 * @throws SluiceError unavailable, saying which image and what its registry answered
 */
export async function registeredImage(image: string): Promise<RegisteredImage> {
  if (imageName(image).registry === null) throw new SluiceError("invalid", `${image} names no registry.`);
  return lookedUp(image, async () => {
    const wire = await wireTo(image, anywhere(answerMs));
    const top = await wire.read(`manifests/${imageName(image).reference}`);
    const index = indexSchema.safeParse(top.json);
    const ours = index.data?.manifests.find(({ platform }) => platform?.os === "linux") ?? index.data?.manifests[0];
    const manifest = manifestSchema.parse(ours ? (await wire.read(`manifests/${ours.digest}`)).json : top.json);
    const config = configSchema.parse((await wire.read(`blobs/${manifest.config.digest}`)).json);
    return { pinned: pinnedName(image, top.digest), labels: config.config?.Labels ?? {} };
  });
}

/**
 * What a name means now, as `name@sha256:…`, for images that people name: of registries on the internet, and of hosts that
 * are `allowed`. @throws SluiceError unavailable
 */
export async function imageDigest(image: string, allowed: Allowed): Promise<string> {
  return lookedUp(image, async () => {
    const wire = await wireTo(image, guarded(answerMs, allowed));
    const { json, digest } = await wire.read(`manifests/${imageName(image).reference}`);
    if (!indexSchema.safeParse(json).success) manifestSchema.parse(json);
    return pinnedName(image, digest);
  });
}

async function lookedUp<Found>(image: string, look: () => Promise<Found>): Promise<Found> {
  try {
    return await look();
  } catch (error) {
    const why = error instanceof z.ZodError ? "its answer is none that an image has" : wordsOf(error as Error);
    throw new SluiceError("unavailable", `The image ${image} cannot be looked up: ${why}.`, {}, { cause: error });
  }
}

async function wireTo(image: string, get: Get): Promise<Wire> {
  const { host, repository } = registryOf(image);
  return new Wire(host, repository, await accountOf(accountName(image), env().DOCKER_ACCOUNTS ?? null), get);
}

/** Where an image is asked for. Docker's own registry answers at another host than its images name, if they name one. */
export function registryOf(image: string): { host: string; repository: string } {
  const { registry, repository } = imageName(image);
  if (registry !== null && !dockersOwn.includes(registry)) return { host: registry, repository };
  return { host: "registry-1.docker.io", repository: repository.includes("/") ? repository : `library/${repository}` };
}

const wordsOf = (error: Error) =>
  (error.cause instanceof Error ? error.cause.message : error.message).replace(/\.$/, "");

/** One repository of one registry. */
class Wire {
  private authorization: string | undefined;
  /** As engines do: without TLS only what is on this machine. */
  private readonly scheme: string;

  constructor(
    private readonly registry: string,
    private readonly repository: string,
    private readonly account: Account | undefined,
    private readonly get: Get,
  ) {
    this.scheme = /^(localhost|127\.[\d.]+)(:|$)/.test(registry) ? "http:" : "https:";
  }

  /** @throws Error unless what came is what its digest says */
  async read(place: string): Promise<{ json: unknown; digest: string }> {
    const body = await this.ask(place);
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    const wanted = /sha256:[0-9a-f]{64}$/.exec(place)?.[0];
    if (wanted && wanted !== digest) throw new Error(`${this.registry} answered something else than ${wanted}`);
    return { json: jsonOf(body, this.registry), digest };
  }

  private async ask(place: string): Promise<Buffer> {
    const url = `${this.scheme}//${this.registry}/v2/${this.repository}/${place}`;
    for (let first = true; ; first = false) {
      const headers = { accept: kinds, ...(this.authorization && { authorization: this.authorization }) };
      const { status, asks, body } = await this.get(new URL(url), headers);
      if (status === 200) return body;
      if (status !== 401 || !first || !asks) throw new Error(this.refused(status));
      this.authorization = await this.signIn(asks);
    }
  }

  private refused(status: number): string {
    if (status === 404) return `${this.registry} has none of that name`;
    if (status !== 401 && status !== 403) return `${this.registry} answered ${status}`;
    return `${this.registry} refuses it; let DOCKER_ACCOUNTS name a file that \`docker login\` wrote for it`;
  }

  /** By what the registry asks for: a password, or a token that its own service gives for one. */
  private async signIn(asks: string): Promise<string | undefined> {
    const basic = this.account && Buffer.from(`${this.account.username}:${this.account.password}`).toString("base64");
    if (/^basic/i.test(asks)) return basic && `Basic ${basic}`;
    const given = Object.fromEntries([...asks.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const realm = URL.parse(given.realm ?? "");
    if (!realm || !["https:", this.scheme].includes(realm.protocol))
      throw new Error(`${this.registry} does not say how to sign in`);
    if (given.service) realm.searchParams.set("service", given.service);
    realm.searchParams.set("scope", given.scope ?? `repository:${this.repository}:pull`);
    const { status, body } = await this.get(realm, basic ? { authorization: `Basic ${basic}` } : {});
    if (status !== 200) throw new Error(this.refused(status));
    const { token, access_token } = jsonOf(body, this.registry) as Record<string, unknown>;
    return `Bearer ${String(token ?? access_token)}`;
  }
}

/** What was answered is not said: it may be of something that is no registry. */
function jsonOf(body: Buffer, registry: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Error(`${registry} answered something that is not JSON`);
  }
}
