import type { V1Container, V1EnvVar, V1Job, V1PodSpec, V1VolumeMount } from "@kubernetes/client-node";
import { z } from "zod";
import type { Folders, Labels, StageSpec } from "../runtime";
import { stopGraceSeconds } from "../runtime";
import { beside, hand, takeIn } from "./scripts";

/** Where a program finds its folders: as in a container of an engine. */
export const inside = { in: "/in", out: "/out", secrets: "/run/secrets", sockets: "/run/sluice", scratch: "/scratch" };
export const caName = ".company-ca.pem";
const caVariables = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS"];

export const containers = { takeIn: "take-in", stage: "stage", beside: "beside" } as const;

const own = (name: string) => `sluice.dev/${name}`;
export const installationLabel = own("installation");
export const handleLabel = own("handle");
const specAnnotation = own("stage");

/** What a worker that comes back has to know; the paths are the worker's, the same in all of an installation. */
const kept = z.object({
  labels: z.object({ installation: z.string(), run: z.string(), stage: z.string(), attempt: z.string() }),
  folders: z.object({ in: z.string(), out: z.string(), secrets: z.string(), sockets: z.string() }),
  seconds: z.number(),
  memoryBytes: z.number(),
}) satisfies z.ZodType<{ labels: Labels; folders: Folders }>;

export type Kept = z.infer<typeof kept>;

export interface JobSettings {
  /** Nobody's: never root. */
  user: { uid: number; gid: number };
  /** Of what stands beside a program: with sh, tar and flock. */
  image: string;
  /** Secrets of the namespace with accounts of registries. */
  pullSecrets: string[];
  /** Whether a file with certificate authorities stands among the inputs. */
  ca: boolean;
}

/** A job that nobody watches over any more ends this much after its program's time. */
const backstopSeconds = 2 * 3_600;
const keptSeconds = 24 * 3_600;
/** A node that does not answer gives up its pods after this, in place of five minutes. */
const nodeAwaySeconds = 60;
/** Of a label's value: what a cluster takes, which begins and ends it with a letter or a digit, and no more than it takes. */
const labelValue = (text: string) =>
  text
    .replaceAll(/[^A-Za-z0-9_.-]/g, "_")
    .slice(0, 63)
    .replace(/^[_.-]+|[_.-]+$/g, "");

/** A cluster fills in `$(X)` and makes one sign of two. */
const literal = (text: string) => text.replaceAll("$", () => "$$");

const shutIn = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  privileged: false,
  capabilities: { drop: ["ALL"] },
};

const small = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "128Mi" } };

function ours(name: string, script: string, image: string): V1Container {
  const volumeMounts = ["in", "out", "secrets", "state"].map((volume) => ({
    name: volume,
    mountPath: `${hand}/${volume}`,
  }));
  return {
    name,
    image,
    command: ["sh", "-c", literal(script)],
    volumeMounts,
    resources: small,
    securityContext: shutIn,
  };
}

function stageContainer(spec: StageSpec, { ca }: JobSettings): V1Container {
  const mount = (name: string, mountPath: string, readOnly = false): V1VolumeMount => ({ name, mountPath, readOnly });
  const variables = {
    HOME: "/tmp",
    LANG: "C.UTF-8",
    ...(ca ? Object.fromEntries(caVariables.map((name) => [name, `${inside.in}/${caName}`])) : {}),
    ...spec.env,
    SLUICE_IN: inside.in,
    SLUICE_OUT: inside.out,
    SLUICE_SCRATCH: inside.scratch,
  };
  const size = { cpu: `${Math.round(spec.limits.cpu * 1_000)}m`, memory: String(spec.limits.memoryBytes) };
  return {
    name: containers.stage,
    image: spec.image ?? "",
    // An image's entry point is not in the way of a command that a manifest gives.
    ...(spec.command.length > 0 ? { command: spec.command.map((word) => literal(word)) } : {}),
    env: Object.entries(variables).map(([name, value]): V1EnvVar => ({ name, value: literal(value) })),
    volumeMounts: [
      mount("in", inside.in, true),
      mount("out", inside.out),
      mount("secrets", inside.secrets, true),
      mount("scratch", inside.scratch),
      mount("tmp", "/tmp"),
    ],
    resources: { requests: size, limits: size },
    securityContext: shutIn,
  };
}

/**
 * Shut in as far as a cluster can, within its "restricted" level of pod security: no root, nothing to write but `out`,
 * `scratch` and /tmp, no capability, no account at the cluster. Who it may reach is said by network policies, which go by
 * the label `sluice.dev/network`. Never runs twice: no retries, no restarts.
 */
export function jobOf(name: string, spec: StageSpec, settings: JobSettings): V1Job {
  const { user, image, pullSecrets } = settings;
  const { labels, folders, limits } = spec;
  const marks = {
    "app.kubernetes.io/managed-by": "sluice",
    [installationLabel]: labels.installation,
    [handleLabel]: name,
    [own("run")]: labelValue(labels.run),
    [own("stage-name")]: labelValue(labels.stage),
    [own("attempt")]: labelValue(labels.attempt),
    [own("network")]: spec.network,
  };
  const about: Kept = { labels, folders, seconds: limits.seconds, memoryBytes: limits.memoryBytes };
  const empty = (volume: string, medium?: string) => ({ name: volume, emptyDir: medium ? { medium } : {} });
  const pod: V1PodSpec = {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // What stands beside the program measures it and ends it.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: stopGraceSeconds,
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: user.uid, runAsGroup: user.gid, fsGroup: user.gid },
      seccompProfile: { type: "RuntimeDefault" },
    },
    tolerations: ["not-ready", "unreachable"].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      ...{ operator: "Exists", effect: "NoExecute", tolerationSeconds: nodeAwaySeconds },
    })),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
    initContainers: [ours(containers.takeIn, takeIn, image)],
    containers: [stageContainer(spec, settings), ours(containers.beside, beside, image)],
    volumes: [...["in", "out", "state", "scratch", "tmp"].map((volume) => empty(volume)), empty("secrets", "Memory")],
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, labels: marks, annotations: { [specAnnotation]: JSON.stringify(about) } },
    spec: {
      ...{ suspend: true, backoffLimit: 0, completions: 1, parallelism: 1 },
      activeDeadlineSeconds: Math.min(limits.seconds + backstopSeconds, 2 ** 31 - 1),
      ttlSecondsAfterFinished: keptSeconds,
      template: { metadata: { labels: marks }, spec: pod },
    },
  };
}

export const keptOf = (job: V1Job): Kept => kept.parse(JSON.parse(job.metadata?.annotations?.[specAnnotation] ?? "{}"));
