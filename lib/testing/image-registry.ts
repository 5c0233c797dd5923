import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

const sha256 = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const headersOf = (digest: string, { kind, bytes }: { kind: string; bytes: Buffer }) => ({
  "content-type": kind,
  "content-length": bytes.length,
  "docker-content-digest": digest,
});
const manifestKind = "application/vnd.oci.image.manifest.v1+json";
const indexKind = "application/vnd.oci.image.index.v1+json";

/** What a registry wants before it answers. */
export type Wants = "nothing" | "basic" | "bearer";

/**
 * A registry of container images on this machine, after the OCI distribution specification 1.1: pulls of manifests and
 * blobs, and both ways of signing in. Nothing can be pushed: images are put there by labels.
 */
export async function imageRegistry(wants: Wants = "nothing", account = "robot:of the test") {
  const blobs = new Map<string, { bytes: Buffer; kind: string }>();
  const tags = new Map<string, string>();
  const asked: string[] = [];
  const basic = `Basic ${Buffer.from(account).toString("base64")}`;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    asked.push(url.pathname);
    const given = request.headers.authorization;
    if (url.pathname === "/token") {
      response.writeHead(given === basic ? 200 : 401);
      return response.end(given === basic ? JSON.stringify({ token: `for ${url.searchParams.get("scope")}` }) : "");
    }
    const [, repository = "", kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(url.pathname) ?? [];
    const scope = `repository:${repository}:pull`;
    const enough = { nothing: true, basic: given === basic, bearer: given === `Bearer for ${scope}` }[wants];
    if (!enough) {
      const how = `Bearer realm="http://${request.headers.host}/token",service="test",scope="${scope}"`;
      response.writeHead(401, { "www-authenticate": wants === "basic" ? 'Basic realm="test"' : how });
      return response.end();
    }
    // An engine asks first whether this is a registry at all.
    if (url.pathname === "/v2/") return response.writeHead(200).end();
    const digest = kind === "manifests" ? (tags.get(`${repository}:${reference}`) ?? reference) : reference;
    const found = blobs.get(digest);
    response.writeHead(found ? 200 : 404, found && headersOf(digest, found));
    return response.end(found?.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keep = (value: unknown, kind: string) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    const digest = sha256(bytes);
    blobs.set(digest, { bytes, kind });
    return { mediaType: kind, digest, size: bytes.length };
  };
  return {
    host,
    asked,
    blobs,
    /** Puts an image of two platforms there, of the files of a tar archive or of none; answers its digest. */
    put(name: string, labels: Record<string, string>, files: Buffer | null = null): string {
      const layers = files ? [keep(gzipSync(files, { level: 1 }), "application/vnd.oci.image.layer.v1.tar+gzip")] : [];
      const rootfs = { type: "layers", diff_ids: files ? [sha256(files)] : [] };
      const one = (architecture: string, Labels: Record<string, string>) => {
        const config = keep(
          { architecture, os: "linux", config: { Labels }, rootfs },
          "application/vnd.oci.image.config.v1+json",
        );
        const manifest = keep({ schemaVersion: 2, mediaType: manifestKind, config, layers }, manifestKind);
        return { ...manifest, platform: { architecture, os: "linux" } };
      };
      const manifests = [one("amd64", labels), one("arm64", labels)];
      const { digest } = keep({ schemaVersion: 2, mediaType: indexKind, manifests }, indexKind);
      tags.set(name, digest);
      return digest;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
