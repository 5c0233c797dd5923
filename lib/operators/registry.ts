import { createHash } from "node:crypto";
import { z } from "zod";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { type Account, accountOf } from "@/lib/runtimes/accounts";
import { imageName } from "@/lib/runtimes/image-name";

/** What a registry says of an image, by the OCI distribution specification 1.1. */
export interface RegisteredImage {
  /** `registry/repository@sha256:…`: the same for ever. */
  pinned: string;
  labels: Record<string, string>;
}

const answerMs = 5_000;
const mostBytes = 4 * 1024 * 1024;
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

/** @throws SluiceError unavailable, saying which image and what its registry answered */
export async function registeredImage(image: string): Promise<RegisteredImage> {
  const { registry, repository, reference } = imageName(image);
  if (registry === null) throw new SluiceError("invalid", `${image} names no registry.`);
  try {
    const wire = new Wire(registry, repository, await accountOf(registry, env().DOCKER_ACCOUNTS ?? null));
    const top = await wire.read(`manifests/${reference}`);
    const index = indexSchema.safeParse(top.json);
    const ours = index.data?.manifests.find(({ platform }) => platform?.os === "linux") ?? index.data?.manifests[0];
    const manifest = manifestSchema.parse(ours ? (await wire.read(`manifests/${ours.digest}`)).json : top.json);
    const config = configSchema.parse((await wire.read(`blobs/${manifest.config.digest}`)).json);
    return { pinned: `${registry}/${repository}@${top.digest}`, labels: config.config?.Labels ?? {} };
  } catch (error) {
    const why = error instanceof z.ZodError ? "its answer is none that an image has" : wordsOf(error as Error);
    throw new SluiceError("unavailable", `The image ${image} cannot be looked up: ${why}.`, {}, { cause: error });
  }
}

const wordsOf = (error: Error) =>
  (error.cause instanceof Error ? error.cause.message : error.message).replace(/\.$/, "");

/** One repository of one registry. */
class Wire {
  private authorization: string | undefined;
  /** As engines do: without TLS only what is on this machine. */
  private readonly scheme: string;
  private readonly signal = AbortSignal.timeout(answerMs);

  constructor(
    private readonly registry: string,
    private readonly repository: string,
    private readonly account: Account | undefined,
  ) {
    this.scheme = /^(localhost|127\.[\d.]+)(:|$)/.test(registry) ? "http:" : "https:";
  }

  /** @throws Error unless what came is what its digest says */
  async read(place: string): Promise<{ json: unknown; digest: string }> {
    const body = await bodyOf(await this.ask(place));
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    const wanted = /sha256:[0-9a-f]{64}$/.exec(place)?.[0];
    if (wanted && wanted !== digest) throw new Error(`${this.registry} answered something else than ${wanted}`);
    return { json: JSON.parse(body.toString("utf8")), digest };
  }

  private async ask(place: string): Promise<Response> {
    const url = `${this.scheme}//${this.registry}/v2/${this.repository}/${place}`;
    for (let first = true; ; first = false) {
      const headers = { accept: kinds, ...(this.authorization && { authorization: this.authorization }) };
      const answer = await fetch(url, { headers, signal: this.signal });
      if (answer.ok) return answer;
      await answer.body?.cancel();
      const asks = answer.headers.get("www-authenticate");
      if (answer.status !== 401 || !first || !asks) throw new Error(this.refused(answer.status));
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
    const answer = await fetch(realm, {
      headers: basic ? { authorization: `Basic ${basic}` } : {},
      signal: this.signal,
    });
    if (!answer.ok) throw new Error(this.refused(answer.status));
    const { token, access_token } = JSON.parse((await bodyOf(answer)).toString("utf8")) as Record<string, unknown>;
    return `Bearer ${String(token ?? access_token)}`;
  }
}

/** No further than what describes an image can be. */
async function bodyOf(answer: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new Error("its answer is over 4 MiB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
