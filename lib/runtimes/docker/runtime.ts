import { setTimeout as delay } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { SluiceError } from "@/lib/platform/errors";
import { type Exit, type Runtime, type StageState, stopGraceSeconds } from "../runtime";
import { type ContainerSettings, containerOf, inside, labelsOf, ofInstallation, secondsOf } from "./container";
import { connect, isUnreachable, statusOf, unavailable, unless, wordsOf } from "./engine";
import { exitOf, lost } from "./exit";
import { engineAwayMs, followLog, hasEnded } from "./follow";
import { handOver } from "./hand-over";
import { Images } from "./images";
import { Presence } from "./presence";
import { SecondLook } from "./second-look";
import { type Highest, watchUsage } from "./usage";

const oldestApi = 1.41;
const againMs = 250;
/**
 * A wait whose wire was cut may never answer: it is asked anew. And an engine that has lost a container may never come to the
 * end of its removal.
 */
const usualPatience = { lookMs: 5_000, removeMs: 2 * engineAwayMs };
const notStartedMs = 100;

export interface DockerSettings extends Omit<ContainerSettings, "network"> {
  /** As DOCKER_HOST says it; without it as Docker's own client finds the engine. */
  address?: string;
  /** Whose containers `list` finds. */
  installation: string;
  /** For stages that may reach others; without it one that Sluice makes, in which they do not reach each other. */
  network: string | null;
  /** A file as `docker login` writes it, for images of private registries. */
  accounts: string | null;
  /** In tests, which have less of it: between two looks at what runs, and with a removal. */
  patience?: { lookMs: number; removeMs: number };
}

const clockAfterMs = 2_000;
const ownNetwork = "sluice-egress";

/** Containers of a Docker Engine, through its API. */
export function dockerRuntime(settings: DockerSettings): Runtime {
  const docker = connect(settings.address);
  const images = new Images(docker, settings.accounts);
  const { lookMs, removeMs } = settings.patience ?? usualPatience;
  let network: Promise<string> | undefined;
  /** Those that we have asked to end. */
  const asked = new Set<string>();
  /** Those that we have made and not started yet. */
  const fresh = new Set<string>();
  const presence = new Presence(docker);
  /** Of those that we have started: how often the engine had been away by then. */
  const before = new Map<string, { absences: number; release: () => void }>();

  /** Two who make it at once make one: the loser is told that it is there (409). */
  async function makeNetwork(): Promise<string> {
    const found = await unless([404], docker.getNetwork(ownNetwork).inspect());
    if (!found)
      await unless(
        [409],
        docker.createNetwork({
          Name: ownNetwork,
          Driver: "bridge",
          CheckDuplicate: true,
          Options: { "com.docker.network.bridge.enable_icc": "false" },
        }),
      );
    return ownNetwork;
  }

  async function networkFor(wanted: "none" | "egress"): Promise<string> {
    if (wanted === "none") return "none";
    if (settings.network !== null) return settings.network;
    network ??= makeNetwork();
    network.catch(() => {
      network = undefined;
    });
    return network;
  }

  /** Again while the engine is away, for as long as one that is started anew takes. */
  async function patiently<Value>(what: string, ask: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
    for (const until = Date.now() + engineAwayMs; ; ) {
      signal?.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        signal?.throwIfAborted();
        if (isUnreachable(error)) presence.missed();
        if (!isUnreachable(error) || Date.now() > until) throw unavailable(error, what);
        await delay(againMs);
      }
    }
  }

  const look = (handle: string, signal?: AbortSignal) =>
    patiently("The container cannot be looked at", () => unless([404], docker.getContainer(handle).inspect()), signal);

  async function stop(handle: string, graceSeconds: number): Promise<void> {
    const info = await look(handle);
    if (!info) return;
    // One that was never started must not be started later.
    if (info.State.Status === "created") return remove(handle);
    asked.add(handle);
    const container = docker.getContainer(handle);
    await patiently("The container cannot be stopped", () => unless([304, 404], container.stop({ t: graceSeconds })));
  }

  async function remove(handle: string): Promise<void> {
    const over = AbortSignal.timeout(removeMs);
    const force = { force: true, v: true, abortSignal: over };
    const removed = () => unless([404, 409], docker.getContainer(handle).remove(force));
    try {
      await patiently("The container cannot be removed", removed, over);
      // Somebody else's removal may still be going on (409).
      while (await look(handle, over)) await delay(againMs, undefined, { signal: over });
    } catch (error) {
      if (!over.aborted) throw error;
      const why = "The container cannot be removed: the engine does not come to the end of it. Restart Docker.";
      throw new SluiceError("unavailable", why, {}, { cause: error });
    }
    asked.delete(handle);
    fresh.delete(handle);
    before.get(handle)?.release();
    before.delete(handle);
  }

  /** Its time, by the clock that says when it began: the engine's, from which ours may differ. Most have ended before we ask. */
  async function untilOver(info: ContainerInspectInfo, signal: AbortSignal): Promise<"time" | "look"> {
    const ms = secondsOf(info.Config.Labels) * 1_000;
    await delay(Math.min(clockAfterMs, ms), undefined, { signal });
    const { SystemTime } = await docker.info();
    const left = Date.parse(info.State.StartedAt) + ms - Date.parse(SystemTime);
    // A timer holds 24 days, after which we look again.
    await delay(Math.min(Math.max(0, left), 2 ** 31 - 1), undefined, { signal });
    return left < 2 ** 31 ? "time" : "look";
  }

  /** Answers when it does not run any more, or its time is over, or the wire was cut. */
  async function untilChanged(info: ContainerInspectInfo, signal?: AbortSignal, late?: () => void): Promise<void> {
    const container = docker.getContainer(info.Id);
    if (info.State.Status === "created") return void (await delay(notStartedMs));
    const over = new AbortController();
    const leave = () => over.abort();
    signal?.addEventListener("abort", leave);
    const cut = (error: unknown) => {
      if (isUnreachable(error) && !over.signal.aborted) presence.missed();
      return null;
    };
    const timer = untilOver(info, over.signal).catch(cut);
    const ended = container.wait({ condition: "not-running", abortSignal: over.signal }).catch(cut);
    const look = delay(lookMs, "look", { signal: over.signal }).catch(() => null);
    const first = await Promise.race([timer, ended, look]);
    over.abort();
    signal?.removeEventListener("abort", leave);
    if (first === "time") {
      late?.();
      await stop(info.Id, stopGraceSeconds);
    } else if (first === null && !signal?.aborted) await delay(againMs);
  }

  async function wait(handle: string, signal?: AbortSignal, late?: () => void): Promise<Exit> {
    const highest: Highest = { memoryBytes: 0, cpuSeconds: 0 };
    const over = new AbortController();
    const container = docker.getContainer(handle);
    // One that another worker has started may have been through an absence that we know nothing of.
    const since = before.get(handle)?.absences;
    const away = () => presence.absences > (since ?? presence.absences);
    const release = presence.hold();
    const secondLook = new SecondLook(container, lookMs);
    void watchUsage(container, highest, over.signal);
    try {
      for (;;) {
        const info = await look(handle, signal);
        if (!info) return lost("The container was removed from outside.");
        if (hasEnded(info)) return exitOf(info, highest, { asked: asked.has(handle), away: away() });
        if ((away() || since === undefined) && (await secondLook.missesProgram(info, signal))) {
          const removal = remove(handle).catch(() => undefined);
          await Promise.race([removal, delay(lookMs)]);
          return lost(
            "The container was lost: the engine says that it runs, and finds nothing of its program any more.",
          );
        }
        await untilChanged(info, signal, late);
        signal?.throwIfAborted();
      }
    } catch (error) {
      signal?.throwIfAborted();
      return lost((error as Error).message);
    } finally {
      over.abort();
      release();
    }
  }

  return {
    name: "docker",
    isolated: true,
    anywhere: false,
    relays: "sockets",
    seenAs: () => ({ in: inside.in, out: inside.out, secrets: inside.secrets, sockets: inside.sockets }),

    async identity({ image }) {
      if (image === null) return "";
      await images.need(image);
      return images.idOf(image);
    },

    async create(spec) {
      if (spec.image === null) throw unavailable(new Error("its operator names no image."), "The stage cannot run");
      try {
        await handOver(spec.folders, settings.user);
        const options = containerOf(spec, { ...settings, network: await networkFor(spec.network) });
        // Asked for first, since it is nearly always there.
        const made = await unless([404], docker.createContainer(options));
        if (!made) await images.need(spec.image);
        const { id } = made ?? (await docker.createContainer(options));
        fresh.add(id);
        return id;
      } catch (error) {
        throw unavailable(error, "The container cannot be made");
      }
    },

    async start(handle) {
      before.get(handle)?.release();
      before.set(handle, { absences: presence.absences, release: presence.hold() });
      // One that has ended would run again; nobody but us has started what we have just made.
      if (!fresh.delete(handle)) {
        const info = await look(handle);
        if (!info) throw unavailable(new Error("it is gone from the engine."), "The container cannot be started");
        if (info.State.Status !== "created") return;
      }
      try {
        await unless([304], docker.getContainer(handle).start());
      } catch (error) {
        if (isUnreachable(error)) {
          presence.missed();
          if ((await look(handle))?.State.Status !== "created") return;
        }
        throw unavailable(error, "The container cannot be started");
      }
    },

    follow: (handle, from, sink, signal) =>
      followLog(docker.getContainer(handle), from, settings.logBytes, sink, signal),
    wait,
    stop,

    async reattach(handle): Promise<StageState> {
      const info = await look(handle);
      if (!info) return "gone";
      if (hasEnded(info)) return "exited";
      return info.State.Status === "created" ? "created" : "running";
    },

    remove,

    async list() {
      const filters = { label: [ofInstallation(settings.installation)] };
      const found = await patiently("Containers cannot be listed", () => docker.listContainers({ all: true, filters }));
      return found.map(({ Id, Labels }) => ({ handle: Id, labels: labelsOf(Labels) }));
    },

    async check() {
      try {
        const { ApiVersion } = await docker.version();
        const { MemoryLimit, PidsLimit } = await docker.info();
        if (Number(ApiVersion) < oldestApi)
          return `The container engine speaks version ${ApiVersion} of its API. Update Docker to 20.10 or newer.`;
        if (!MemoryLimit || PidsLimit === false)
          return "The container engine cannot limit memory and processes. Switch these cgroups on (docker info says which).";
        return null;
      } catch (error) {
        if (statusOf(error) === undefined) return unavailable(error, "Stages cannot run").message;
        return `The container engine answered: ${wordsOf(error)}`;
      }
    },
  };
}
