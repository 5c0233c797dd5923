import { expect, it } from "vitest";
import { type ContainerSettings, containerOf } from "./container";

const spec = {
  labels: { installation: "i", run: "r", stage: "s", attempt: "a" },
  ...{ image: "debian", command: ["true"], program: null, env: {}, network: "none" as const },
  limits: { cpu: 1, memoryBytes: 2 ** 28, pids: 100, seconds: 60 },
};

const settings: ContainerSettings = {
  ...{ user: { uid: 65_532, gid: 65_532 }, network: "sluice-egress", ca: null, logBytes: 1_000 },
  paths: [],
};

/** What the engine is asked to mount where, for folders below `base` on the worker. */
function mounted(base: string, more: Partial<ContainerSettings>, packages: string | null = null) {
  const [at, secrets, sockets] = [`${base}/a`, `${base}/a/secrets`, `${base}/a/sockets`];
  const folders = { in: `${at}/in`, out: `${at}/out`, secrets, sockets };
  const { HostConfig } = containerOf({ ...spec, folders, packages }, { ...settings, ...more });
  return Object.fromEntries((HostConfig?.Mounts ?? []).map(({ Source, Target }) => [Target, Source]));
}

it("mounts folders where the engine finds them: by the first mapping that fits, of whole names only", () => {
  const paths = [
    { from: "/data/stages", to: "/srv/fast" },
    { from: "/data", to: "/srv/sluice" },
  ];
  expect(mounted("/data/stages", { paths, ca: "/data/ca.pem" }, "/data/packages/x")).toEqual({
    ...{ "/in": "/srv/fast/a/in", "/out": "/srv/fast/a/out", "/scratch": "/srv/fast/a/scratch" },
    ...{ "/run/secrets": "/srv/fast/a/secrets", "/run/sluice": "/srv/fast/a/sockets" },
    ...{ "/packages": "/srv/sluice/packages/x", "/run/company-ca.pem": "/srv/sluice/ca.pem" },
  });
  expect(mounted("/data-of-others", { paths })["/in"]).toBe("/data-of-others/a/in");
  expect(mounted("/data", {})["/in"]).toBe("/data/a/in");
});
