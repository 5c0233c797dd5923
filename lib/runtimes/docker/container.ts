import path from "node:path";
import type { ContainerCreateOptions } from "dockerode";
import { type Folders, type Labels, type StageSpec, scratchFolder } from "../runtime";

/** Where a container finds its folders. */
export const inside = { in: "/in", out: "/out", secrets: "/run/secrets", sockets: "/run/sluice", scratch: "/scratch" };
const packages = "/packages";
export const caFile = "/run/company-ca.pem";

/** Programs look for certificate authorities in places of their own. */
const caVariables = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"];

const labelOf = {
  installation: "sluice.installation",
  run: "sluice.run",
  stage: "sluice.stage",
  attempt: "sluice.attempt",
} satisfies Record<keyof Labels, string>;
const secondsLabel = "sluice.seconds";

export interface ContainerSettings {
  /** Of the program: never root. */
  user: { uid: number; gid: number };
  /** The network of stages that may reach others. */
  network: string;
  /** Where the engine finds a path of the worker's: `{from: "/data", to: "/srv/sluice"}`; the first that fits. */
  paths: { from: string; to: string }[];
  /** On the worker: certificate authorities, the public ones and the company's. */
  ca: string | null;
  /** Of a log's first file, behind which nothing is read; the engine keeps a second one, so that it never fills a disk. */
  logBytes: number;
}

export const scratchOf = (folders: Folders): string => path.join(path.dirname(folders.in), scratchFolder);

function onEngine(settings: ContainerSettings, place: string): string {
  const { from, to } = settings.paths.find(({ from }) => place === from || place.startsWith(`${from}/`)) ?? {
    from: "",
    to: "",
  };
  return to + place.slice(from.length);
}

/**
 * Shut in as far as an engine can: no root inside or on the way, nothing to write but `out`, `scratch` and /tmp (which
 * counts as memory), no capability, no network unless the manifest asks for one, never the engine's own socket.
 */
export function containerOf(spec: StageSpec, settings: ContainerSettings): ContainerCreateOptions {
  const { user, ca } = settings;
  const [entry, ...args] = spec.command;
  const mount = (source: string, target: string, readOnly: boolean) =>
    ({ Type: "bind", Source: onEngine(settings, source), Target: target, ReadOnly: readOnly }) as const;
  const variables = {
    HOME: "/tmp",
    LANG: "C.UTF-8",
    ...(ca ? Object.fromEntries(caVariables.map((name) => [name, caFile])) : {}),
    ...(spec.packages ? { PYTHONPATH: packages } : {}),
    ...spec.env,
    SLUICE_IN: inside.in,
    SLUICE_OUT: inside.out,
    SLUICE_SCRATCH: inside.scratch,
  };
  return {
    Image: spec.image ?? "",
    // An image's entry point is not in the way of a command that a manifest gives.
    ...(entry === undefined ? {} : { Entrypoint: [entry], Cmd: args }),
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    User: `${user.uid}:${user.gid}`,
    Labels: {
      ...Object.fromEntries(Object.entries(labelOf).map(([key, label]) => [label, spec.labels[key as keyof Labels]])),
      [secondsLabel]: String(spec.limits.seconds),
    },
    // Asked to end by a name that the image may have set otherwise.
    StopSignal: "SIGTERM",
    HostConfig: {
      Mounts: [
        mount(spec.folders.in, inside.in, true),
        mount(spec.folders.out, inside.out, false),
        mount(spec.folders.secrets, inside.secrets, true),
        mount(spec.folders.sockets, inside.sockets, true),
        mount(scratchOf(spec.folders), inside.scratch, false),
        ...(spec.packages ? [mount(spec.packages, packages, true)] : []),
        ...(ca ? [mount(ca, caFile, true)] : []),
      ],
      // Its own, since an image's /tmp, whose mode it takes over, may be for root alone.
      Tmpfs: { "/tmp": `rw,nosuid,nodev,uid=${user.uid},gid=${user.gid},mode=1777,size=${spec.limits.memoryBytes}` },
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Privileged: false,
      // Reaps what a program leaves, and says 127 for a command that is not there.
      Init: true,
      IpcMode: "private",
      NetworkMode: spec.network === "none" ? "none" : settings.network,
      Memory: spec.limits.memoryBytes,
      MemorySwap: spec.limits.memoryBytes,
      NanoCpus: Math.round(spec.limits.cpu * 1e9),
      PidsLimit: spec.limits.pids,
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      RestartPolicy: { Name: "no" },
      // Ours, whatever the engine's default: another driver may have nothing to read back.
      LogConfig: {
        Type: "json-file",
        Config: { "max-size": String(settings.logBytes), "max-file": "2" },
      },
    },
  };
}

export const labelsOf = (labels: Record<string, string>): Labels => ({
  installation: labels[labelOf.installation] ?? "",
  run: labels[labelOf.run] ?? "",
  stage: labels[labelOf.stage] ?? "",
  attempt: labels[labelOf.attempt] ?? "",
});

export const secondsOf = (labels: Record<string, string>): number => Number(labels[secondsLabel] ?? Number.NaN);

export const ofInstallation = (installation: string): string => `${labelOf.installation}=${installation}`;
