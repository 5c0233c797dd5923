/** A container image's name in its parts, as engines read it: `registry.example.com:5000/team/name:tag@sha256:…`. */
export interface ImageName {
  /** Null: none is named, so an engine looks in its own store, and then in Docker's. */
  registry: string | null;
  repository: string;
  /** A tag or a digest. */
  reference: string;
}

/** What stands before the first slash is a registry when it looks like a host. */
export function imageName(image: string): ImageName {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = isHost ? rest.join("/") : image;
  const [named = "", digest] = path.split("@");
  const tag = /:([^:/]+)$/.exec(named);
  return {
    registry: isHost ? first : null,
    repository: tag ? named.slice(0, tag.index) : named,
    reference: digest ?? tag?.[1] ?? "latest",
  };
}

/** The same image by what it is: `registry/repository@sha256:…`. */
export function pinnedName(image: string, digest: string): string {
  const { registry, repository } = imageName(image);
  return `${registry === null ? "" : `${registry}/`}${repository}@${digest}`;
}

/** The name under which accounts of a registry are kept; of Docker's own that which `docker login` writes. */
export function accountName(image: string): string {
  const { registry } = imageName(image);
  return registry === null || registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
}
