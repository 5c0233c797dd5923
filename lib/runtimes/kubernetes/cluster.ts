import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import {
  ApiException,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  VersionApi,
} from "@kubernetes/client-node";
import { SluiceError } from "@/lib/platform/errors";
import { unlessStatus } from "@/lib/runtimes/unless";

/** An API server that is started anew, or that hands over to another, is back within this. */
const awayMs = 60_000;
const againMs = 500;
/** Where a pod finds the name of its own namespace (Kubernetes: "Accessing the API from a Pod"). */
const ownNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

export interface Cluster {
  config: KubeConfig;
  namespace: string;
  jobs: BatchV1Api;
  core: CoreV1Api;
  rights: AuthorizationV1Api;
  version: VersionApi;
}

/**
 * Without a file as kubectl finds its cluster: KUBECONFIG, `~/.kube/config`, or the account of the pod that we run in.
 * @param namespace where stages run; null: the one of the file's context, or our own
 */
export function connect(file: string | null, namespace: string | null): Cluster {
  const config = new KubeConfig();
  if (file === null) config.loadFromDefault();
  else config.loadFromFile(file);
  const inContext = config.getContextObject(config.getCurrentContext())?.namespace;
  const own = existsSync(ownNamespace) ? readFileSync(ownNamespace, "utf8").trim() : "default";
  return {
    config,
    namespace: namespace ?? inContext ?? own,
    jobs: config.makeApiClient(BatchV1Api),
    core: config.makeApiClient(CoreV1Api),
    rights: config.makeApiClient(AuthorizationV1Api),
    version: config.makeApiClient(VersionApi),
  };
}

/** What a cluster answers carries its HTTP status; what did not reach it has none. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof ApiException) return error.code;
  const { statusCode } = error as { statusCode?: number };
  return typeof statusCode === "number" ? statusCode : undefined;
}

/** It may be well in a moment: nobody answers, or who answers is overloaded or just starting. */
const mayPass = (error: unknown): boolean => {
  const status = statusOf(error);
  return status === undefined || status === 429 || status >= 500;
};

/** The cluster's own words, without the HTTP around them. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ApiException)) {
    const { cause, message } = error as Error;
    return cause instanceof Error ? `${message}: ${cause.message}` : message;
  }
  const body: unknown = error.body;
  try {
    const said = (typeof body === "string" ? JSON.parse(body) : body) as { message?: unknown } | null;
    if (typeof said?.message === "string") return said.message;
  } catch {
    // A proxy before it answers in words of its own.
  }
  return `status ${error.code}`;
}

/** As what the platform cannot do; with the sentence that helps where nobody answers. */
export function unavailable(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const why =
    statusOf(error) === undefined
      ? `the cluster does not answer (${wordsOf(error)}). Say by KUBECONFIG where it is.`
      : wordsOf(error);
  return new SluiceError("unavailable", `${what}: ${why}`, {}, { cause: error });
}

/** Undefined where the cluster answers with one of these. */
export const unless = unlessStatus(statusOf);

/** Again while the cluster is away or overloaded. @throws SluiceError unavailable; the signal's reason */
export async function patiently<Value>(
  what: string,
  ask: () => Promise<Value>,
  signal?: AbortSignal,
  forMs = awayMs,
): Promise<Value> {
  for (const until = Date.now() + forMs; ; ) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SluiceError || !mayPass(error) || Date.now() > until) throw unavailable(error, what);
      await delay(againMs);
    }
  }
}
