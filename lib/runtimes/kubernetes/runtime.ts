import { copyFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PatchStrategy, setHeaderOptions, type V1Job, type V1Pod } from "@kubernetes/client-node";
import { SluiceError } from "@/lib/platform/errors";
import { type Exit, type Runtime, type StageSpec, type StageState, stopGraceSeconds } from "../runtime";
import { connect, patiently, unavailable, unless } from "./cluster";
import { exitOf, lost, platformEnd } from "./exit";
import { collectOutputs, endProgram, giveInputs, type Usage } from "./hand-over";
import { caName, inside, installationLabel, jobOf, type Kept, keptOf } from "./job";
import { followLog } from "./log";
import { besideOf, Changes, look, nameOf, stageOf, takeInOf } from "./pods";
import { whatIsMissing } from "./rights";

const lookMs = 5_000;
const againMs = 500;
/** Inputs and outputs are handed over again for this long while the pod is there. */
const handOverMs = 120_000;
const goneMs = 30_000;
const handleName = /^sluice-[0-9a-z-]{1,56}$/;

export interface KubernetesSettings {
  /** A file as kubectl has it; null: as kubectl finds it, or the account of our own pod. */
  config: string | null;
  /** Where stages run; null: as the file says, or where we run. */
  namespace: string | null;
  /** Whose jobs `list` finds. */
  installation: string;
  /** Of what stands beside a program (scripts.ts); null: none is set, and no stage can run. */
  image: string | null;
  pullSecrets: string[];
  user: { uid: number; gid: number };
  /** On the worker: certificate authorities, the public ones and the company's. */
  ca: string | null;
  logBytes: number;
  /** Where a pod finds this worker's relays; null: stages with a connection cannot run. */
  relayHost: string | null;
  /** An image that cannot be had for so long is given up; a registry may be away for a moment. By default a minute. */
  pullMs?: number;
}

/** Jobs of a Kubernetes cluster, through its API alone: inputs and outputs too pass through it. */
export function kubernetesRuntime(settings: KubernetesSettings): Runtime {
  let opened: ReturnType<typeof connect> | undefined;
  const cluster = () => {
    opened ??= connect(settings.config, settings.namespace);
    return opened;
  };
  let watched: Changes | undefined;
  const changes = () => {
    watched ??= new Changes(cluster(), settings.installation);
    return watched;
  };
  const { pullMs = 60_000 } = settings;
  const places = (handle: string) => ({ name: handle, namespace: cluster().namespace });
  /** Those that we have asked to end, and those whose time was over. */
  const asked = new Set<string>();
  const timedOut = new Set<string>();
  const giving = new Map<string, Promise<void>>();

  const see = (handle: string, signal?: AbortSignal) => {
    if (!handleName.test(handle)) throw new SluiceError("not_found", `There is no stage ${handle}.`);
    return look(cluster(), handle, signal);
  };

  /** Waits for the pod to be there and hands the inputs over; nothing where that was done. */
  async function giveTo(handle: string): Promise<void> {
    for (let failingSince: number | null = null; ; ) {
      const { job, pod } = await see(handle);
      if (!job || job.spec?.suspend || job.status?.failed) return;
      const state = pod && takeInOf(pod)?.state;
      if (state?.terminated) return;
      if (pod && state?.running) {
        try {
          return await giveInputs(cluster(), nameOf(pod), keptOf(job).folders);
        } catch (error) {
          failingSince ??= Date.now();
          if (error instanceof SluiceError || Date.now() - failingSince > handOverMs) throw error;
        }
      }
      await changes().next(handle, failingSince === null ? lookMs : againMs);
    }
  }

  /** One at a time in this process; others take their turns at the pod. */
  function giveOnce(handle: string): Promise<void> {
    const going =
      giving.get(handle) ??
      giveTo(handle).finally(() => {
        giving.delete(handle);
      });
    giving.set(handle, going);
    going.catch(() => undefined);
    return going;
  }

  async function stop(handle: string, graceSeconds: number): Promise<void> {
    const { job, pod } = await see(handle);
    if (!job) return;
    const state = pod && stageOf(pod)?.state;
    if (state?.terminated) return;
    // One that was never started must not be started later.
    if (!pod || !state?.running) return remove(handle);
    asked.add(handle);
    const words = "The stage cannot be stopped";
    await patiently(words, () => endProgram(cluster(), nameOf(pod), graceSeconds).catch(unlessEnded(handle)));
    while (!(await hasEnded(handle))) await changes().next(handle, againMs);
  }

  async function hasEnded(handle: string): Promise<boolean> {
    const { job, pod } = await see(handle);
    return !job || !pod || !!stageOf(pod)?.state?.terminated || platformEnd(job, pod, Date.now(), pullMs) !== null;
  }

  const unlessEnded = (handle: string) => async (error: unknown) => {
    if (!(await hasEnded(handle))) throw error;
  };

  async function remove(handle: string): Promise<void> {
    const { job, pod } = await see(handle);
    if (!job) return;
    await patiently("The stage cannot be removed", () =>
      unless([404], cluster().jobs.deleteNamespacedJob({ ...places(handle), propagationPolicy: "Background" })),
    );
    asked.delete(handle);
    timedOut.delete(handle);
    if (!pod) return;
    const { core, namespace } = cluster();
    const name = nameOf(pod);
    // The grace is the program's, which has had it or is not to have it.
    await patiently("The stage's pod cannot be removed", () =>
      unless([404], core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 1 })),
    );
    if (stageOf(pod)?.state?.terminated) return;
    // A node that does not answer keeps its pods for as long: its relays are cut all the same.
    for (const until = Date.now() + goneMs; Date.now() < until; await changes().next(handle, againMs))
      if (!(await unless([404], core.readNamespacedPod({ name, namespace })))) return;
  }

  /** What the program wrote, while the pod has it. @throws Error in words */
  async function collect(handle: string, pod: V1Pod, { folders }: Kept, signal?: AbortSignal): Promise<Usage> {
    for (const until = Date.now() + handOverMs; ; await delay(againMs)) {
      signal?.throwIfAborted();
      try {
        return await collectOutputs(cluster(), nameOf(pod), folders);
      } catch (error) {
        const now = await see(handle, signal);
        const there = now.pod && besideOf(now.pod)?.state?.running;
        if (!there || Date.now() > until) throw error;
      }
    }
  }

  async function endOf(handle: string, job: V1Job, pod: V1Pod, signal?: AbortSignal): Promise<Exit | null> {
    const ended = stageOf(pod)?.state?.terminated;
    if (!ended) return null;
    const exit = exitOf(ended, keptOf(job), { asked: asked.has(handle), timedOut: timedOut.has(handle) });
    // Who took it from its node says more than the signal that ended it.
    if (exit.platform) return { ...exit, platform: platformEnd(job, pod, Date.now(), pullMs) ?? exit.platform };
    try {
      const usage = await collect(handle, pod, keptOf(job), signal);
      return {
        ...exit,
        peakMemoryBytes: exit.peakMemoryBytes ?? usage.peakMemoryBytes,
        cpuSeconds: usage.cpuSeconds,
      };
    } catch (error) {
      signal?.throwIfAborted();
      return lost(`What the program wrote could not be fetched from its pod: ${(error as Error).message}`);
    }
  }

  /** Until something changes, or its time is over. */
  async function untilChanged(
    handle: string,
    job: V1Job,
    pod: V1Pod | undefined,
    signal?: AbortSignal,
    late?: () => void,
  ): Promise<void> {
    const started = pod && stageOf(pod)?.state?.running?.startedAt;
    // The start is a whole second, cut off.
    const until = started ? new Date(started).getTime() + (keptOf(job).seconds + 1) * 1_000 : Number.POSITIVE_INFINITY;
    const left = until - Date.now();
    if (left > 0) return changes().next(handle, Math.min(left, lookMs), signal);
    timedOut.add(handle);
    late?.();
    await stop(handle, stopGraceSeconds);
  }

  async function wait(handle: string, signal?: AbortSignal, late?: () => void): Promise<Exit> {
    let failure: string | null = null;
    let seen = false;
    try {
      for (;;) {
        const { job, pod } = await see(handle, signal);
        if (!job) return lost("The stage's job was removed from the cluster from outside.");
        const exit = pod ? await endOf(handle, job, pod, signal) : null;
        if (exit) return exit;
        const platform = platformEnd(job, pod, Date.now(), pullMs) ?? failure;
        if (platform) return lost(platform);
        if (seen && !pod) return lost("The stage's pod was removed from the cluster from outside.");
        seen ||= !!pod;
        if (pod && takeInOf(pod)?.state?.running && !giving.has(handle))
          giveOnce(handle).catch((error: Error) => {
            failure = `The inputs could not be handed over to the stage's pod: ${error.message}`;
          });
        await untilChanged(handle, job, pod, signal, late);
        signal?.throwIfAborted();
      }
    } catch (error) {
      signal?.throwIfAborted();
      return lost((error as Error).message);
    }
  }

  return {
    name: "kubernetes",
    isolated: true,
    anywhere: true,
    relays: settings.relayHost === null ? null : { host: settings.relayHost },
    seenAs: () => ({ in: inside.in, out: inside.out, secrets: inside.secrets, sockets: inside.sockets }),

    identity: async ({ image }) => image ?? "",

    async create(spec: StageSpec) {
      if (spec.image === null) throw unavailable(new Error("its operator names no image."), "The stage cannot run");
      if (settings.image === null) throw unavailable(new Error("KUBERNETES_IMAGE is not set."), "The stage cannot run");
      const name = `sluice-${spec.labels.attempt.toLowerCase()}`;
      if (settings.ca) await copyFile(settings.ca, path.join(spec.folders.in, caName));
      const { user, image, pullSecrets } = settings;
      const body = jobOf(name, spec, { user, image, pullSecrets, ca: settings.ca !== null });
      const { namespace } = cluster();
      // Of this attempt there is one, also where an answer was lost.
      await patiently("The stage's job cannot be made", () =>
        unless([409], cluster().jobs.createNamespacedJob({ namespace, body })),
      );
      return name;
    },

    async start(handle) {
      const { job } = await see(handle);
      if (!job) throw unavailable(new Error("its job is gone from the cluster."), "The stage cannot be started");
      if (job.spec?.suspend)
        await patiently("The stage cannot be started", () =>
          cluster().jobs.patchNamespacedJob(
            { ...places(handle), body: { spec: { suspend: false } } },
            setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
          ),
        );
      void giveOnce(handle).catch(() => undefined);
    },

    follow: (handle, from, sink, signal) =>
      followLog({ cluster: cluster(), changes: changes(), handle, limit: settings.logBytes }, from, sink, signal),
    wait,
    stop,

    async reattach(handle): Promise<StageState> {
      const { job, pod } = await see(handle);
      if (!job) return "gone";
      if (job.spec?.suspend) return "created";
      if (pod ? stageOf(pod)?.state?.terminated : job.status?.failed) return "exited";
      return "running";
    },

    remove,

    async list() {
      const labelSelector = `${installationLabel}=${settings.installation}`;
      const { namespace, jobs } = cluster();
      const { items } = await patiently("Stages cannot be listed", () =>
        jobs.listNamespacedJob({ namespace, labelSelector }),
      );
      return items.map((job) => ({ handle: job.metadata?.name ?? "", labels: keptOf(job).labels }));
    },

    async check() {
      if (settings.image === null) return "Set KUBERNETES_IMAGE to Sluice's own image, as the cluster finds it.";
      try {
        return await whatIsMissing(cluster());
      } catch (error) {
        return unavailable(error, "Stages cannot run").message;
      }
    },
  };
}
