import { setTimeout as delay } from "node:timers/promises";
import { type V1ContainerStatus, type V1Job, type V1Pod, Watch } from "@kubernetes/client-node";
import { type Cluster, patiently, unless } from "./cluster";
import { containers, handleLabel, installationLabel } from "./job";

const againMs = 500;

export interface Seen {
  /** Undefined: it is gone. */
  job: V1Job | undefined;
  /** Undefined: there is none yet, or none any more. */
  pod: V1Pod | undefined;
}

export const nameOf = (pod: V1Pod): string => pod.metadata?.name ?? "";

const statusIn = (statuses: V1ContainerStatus[] | undefined, name: string) =>
  statuses?.find((status) => status.name === name);

export const stageOf = (pod: V1Pod): V1ContainerStatus | undefined =>
  statusIn(pod.status?.containerStatuses, containers.stage);
export const besideOf = (pod: V1Pod): V1ContainerStatus | undefined =>
  statusIn(pod.status?.containerStatuses, containers.beside);
export const takeInOf = (pod: V1Pod): V1ContainerStatus | undefined =>
  statusIn(pod.status?.initContainerStatuses, containers.takeIn);

const madeAt = (pod: V1Pod) => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();

export async function look(cluster: Cluster, handle: string, signal?: AbortSignal): Promise<Seen> {
  const { namespace } = cluster;
  const ask = async () => {
    const job = await unless([404], cluster.jobs.readNamespacedJob({ name: handle, namespace }));
    if (!job || job.spec?.suspend) return { job, pod: undefined };
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: `${handleLabel}=${handle}` });
    // A job may rarely make two; only one is given its inputs, so only one runs.
    const [pod] = items.sort(
      (a, b) =>
        Number(!!stageOf(b)?.state?.terminated) - Number(!!stageOf(a)?.state?.terminated) || madeAt(a) - madeAt(b),
    );
    return { job, pod };
  };
  return patiently("The cluster cannot be asked about a stage", ask, signal);
}

/**
 * Wakes who waits for a change of a pod, by one watch over all of an installation. It may miss one, so nobody waits for it
 * alone.
 */
export class Changes {
  private readonly waiting = new Map<string, Set<() => void>>();
  private watching = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly installation: string,
  ) {}

  async next(handle: string, mostMs: number, signal?: AbortSignal): Promise<void> {
    const over = new AbortController();
    const wake = () => over.abort();
    const those = this.waiting.get(handle) ?? new Set();
    this.waiting.set(handle, those.add(wake));
    signal?.addEventListener("abort", wake);
    if (signal?.aborted) wake();
    if (!this.watching) void this.watch();
    // A timer holds 24 days, and nobody here waits as long.
    await delay(mostMs, undefined, { signal: over.signal }).catch(() => undefined);
    signal?.removeEventListener("abort", wake);
    those.delete(wake);
    if (those.size === 0) this.waiting.delete(handle);
  }

  private async watch(): Promise<void> {
    this.watching = true;
    const watch = new Watch(this.cluster.config);
    const path = `/api/v1/namespaces/${this.cluster.namespace}/pods`;
    const labelSelector = `${installationLabel}=${this.installation}`;
    const tell = (_: string, pod: V1Pod) => {
      for (const wake of this.waiting.get(pod.metadata?.labels?.[handleLabel] ?? "") ?? []) wake();
    };
    for (let idle = 0; idle < 2; idle = this.waiting.size > 0 ? 0 : idle + 1) {
      await new Promise<void>((resolve) => {
        let left: NodeJS.Timeout | undefined;
        const asked = watch.watch(path, { labelSelector }, tell, () => {
          clearInterval(left);
          resolve();
        });
        left = setInterval(() => {
          if (this.waiting.size === 0) void asked.then((wire) => wire.abort());
        }, againMs).unref();
      });
      await delay(againMs, undefined, { ref: false });
    }
    this.watching = false;
  }
}
