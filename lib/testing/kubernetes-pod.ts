import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { V1Container, V1ContainerState, V1ContainerStatus, V1Job, V1Pod } from "@kubernetes/client-node";
import type Docker from "dockerode";
import { newId } from "@/lib/platform/ids";

/** What runs a pod: an engine, the image of its own container, a folder for its volumes, and the network that it joins. */
export interface ScriptedNode {
  docker: Docker;
  image: string;
  home: string;
  network: string;
}

/**
 * One pod of the scripted cluster (kubernetes-api.ts), run by a container engine as a node would: the pod's own container
 * holds the processes and the network, init containers go one after the other, the rest together. Of a pod's fields only
 * those are followed that Sluice writes.
 */
export class ScriptedPod {
  readonly object: V1Pod;
  private readonly containers = new Map<string, Docker.Container>();
  private readonly folder: string;
  private sandbox: Docker.Container | undefined;
  private leaving = false;
  private removal: Promise<void> | undefined;

  constructor(
    private readonly node: ScriptedNode,
    job: V1Job,
    private readonly tell: (kind: "MODIFIED" | "DELETED") => void,
  ) {
    const { template } = job.spec ?? {};
    const name = `${job.metadata?.name}-${newId().slice(-5)}`;
    this.folder = path.join(node.home, name);
    const spec = template?.spec;
    const waiting = ({ name, image }: V1Container): V1ContainerStatus => ({
      ...{ name, image: image ?? "", imageID: "", ready: false, restartCount: 0 },
      state: { waiting: { reason: "PodInitializing" } },
    });
    this.object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template?.metadata, name, creationTimestamp: new Date() },
      spec: { ...spec, nodeName: "scripted-node" } as V1Pod["spec"],
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "True" }],
        initContainerStatuses: (spec?.initContainers ?? []).map(waiting),
        containerStatuses: (spec?.containers ?? []).map(waiting),
      },
    };
  }

  get name(): string {
    return this.object.metadata?.name ?? "";
  }

  containerOf(name: string): Docker.Container | undefined {
    return this.containers.get(name);
  }

  stateOf(name: string): V1ContainerState {
    return this.statusOf(name).state ?? {};
  }

  /** From its first container to the end of its last. */
  async run(): Promise<void> {
    const { spec, status } = this.object;
    for (const { name, emptyDir } of spec?.volumes ?? []) {
      if (!emptyDir) throw new Error(`the scripted cluster has no volumes but emptyDir: ${name}`);
      const place = path.join(this.folder, name);
      mkdirSync(place, { recursive: true });
      chmodSync(place, 0o2777);
      chownSync(place, 0, spec?.securityContext?.fsGroup ?? 0);
    }
    this.sandbox = await this.node.docker.createContainer({
      ...{ Image: this.node.image, Entrypoint: ["sleep"], Cmd: ["infinity"], User: "65535" },
      HostConfig: { NetworkMode: this.node.network, Init: true },
    });
    await this.sandbox.start();
    for (const container of spec?.initContainers ?? []) {
      await this.runContainer(container);
      if (this.stateOf(container.name).terminated?.exitCode !== 0) return this.end("Failed");
    }
    if (this.leaving) return;
    await Promise.all((spec?.containers ?? []).map((container) => this.runContainer(container)));
    const codes = status?.containerStatuses?.map(({ state }) => state?.terminated?.exitCode) ?? [];
    this.end(codes.every((code) => code === 0) ? "Succeeded" : "Failed");
  }

  /** As a node does it: asked to, given the grace, made to; seen by whoever looks until it is over. */
  remove(graceSeconds: number): Promise<void> {
    this.removal ??= this.takeDown(graceSeconds);
    return this.removal;
  }

  /** At once, whatever goes on. */
  async discard(): Promise<void> {
    this.leaving = true;
    for (const container of [...this.containers.values(), this.sandbox])
      await container?.remove({ force: true, v: true }).catch(() => undefined);
    await this.remove(0);
  }

  private async takeDown(graceSeconds: number): Promise<void> {
    this.leaving = true;
    this.change(() => {
      if (this.object.metadata) this.object.metadata.deletionTimestamp = new Date(Date.now() + graceSeconds * 1_000);
    });
    const all = [...this.containers.values()];
    await Promise.all(all.map((container) => container.stop({ t: graceSeconds }).catch(() => undefined)));
    for (const container of [...all, this.sandbox])
      await container?.remove({ force: true, v: true }).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
    this.tell("DELETED");
  }

  /** The node puts it out, as when it runs short of something. */
  async evict(message: string): Promise<void> {
    this.change(() => Object.assign(this.object.status ?? {}, { phase: "Failed", reason: "Evicted", message }));
    for (const container of this.containers.values()) await container.kill().catch(() => undefined);
  }

  /** The node is gone: nobody says any more how anything ended, and the cluster gives the pod up. */
  async loseNode(): Promise<void> {
    this.leaving = true;
    for (const container of [...this.containers.values(), this.sandbox])
      await container?.remove({ force: true, v: true }).catch(() => undefined);
    this.change(() => {
      const condition = { type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager" };
      const message = "Taint manager: deleting due to NoExecute taint";
      this.object.status?.conditions?.push({ ...condition, message });
      if (this.object.metadata) this.object.metadata.deletionTimestamp = new Date();
    });
  }

  private statusOf(name: string): V1ContainerStatus {
    const { initContainerStatuses = [], containerStatuses = [] } = this.object.status ?? {};
    const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
    if (!status) throw new Error(`the pod has no container ${name}`);
    return status;
  }

  private change(how: () => void): void {
    how();
    this.tell("MODIFIED");
  }

  private become(name: string, state: V1ContainerState): void {
    this.change(() => {
      this.statusOf(name).state = state;
    });
  }

  private end(phase: "Succeeded" | "Failed"): void {
    if (this.leaving || this.object.status?.phase === "Failed") return;
    this.change(() => Object.assign(this.object.status ?? {}, { phase }));
  }

  private async runContainer(spec: V1Container): Promise<void> {
    const { name, image = "" } = spec;
    const there = () =>
      this.node.docker
        .getImage(image)
        .inspect()
        .then(() => true)
        .catch(() => false);
    const message = `failed to pull and unpack image "${image}": not found`;
    for (let reason = "ErrImagePull"; !(await there()); reason = "ImagePullBackOff") {
      if (this.leaving) return;
      this.become(name, { waiting: { reason, message } });
      await delay(200);
    }
    const container = await this.node.docker.createContainer(this.optionsOf(spec));
    this.containers.set(name, container);
    if (this.leaving) {
      await container.remove({ force: true, v: true }).catch(() => undefined);
      return;
    }
    try {
      await container.start();
    } catch (error) {
      const failure = { reason: "StartError", message: (error as Error).message, exitCode: 128 };
      this.become(name, { terminated: { ...failure, startedAt: new Date(0), finishedAt: new Date() } });
      return;
    }
    const whole = (time: string) => new Date(Math.floor(Date.parse(time) / 1_000) * 1_000);
    const startedAt = whole((await container.inspect()).State.StartedAt);
    this.change(() => {
      this.statusOf(name).state = { running: { startedAt } };
      if (this.object.status?.phase === "Pending") this.object.status.phase = "Running";
    });
    await container.wait().catch(() => undefined);
    const info = await container.inspect().catch(() => null);
    // Of a node that is gone nobody says it.
    if (!info) return;
    const { ExitCode: exitCode, OOMKilled, FinishedAt } = info.State;
    const reason = OOMKilled ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error";
    this.become(name, { terminated: { exitCode, reason, startedAt, finishedAt: whole(FinishedAt) } });
  }

  private optionsOf({ command = [], env, image, resources, securityContext, volumeMounts }: V1Container) {
    const { runAsUser, runAsGroup } = this.object.spec?.securityContext ?? {};
    const [entry, ...args] = command.map((word) => word.replaceAll("$$", () => "$"));
    const { cpu = "1", memory = "0" } = resources?.limits ?? {};
    return {
      Image: image ?? "",
      ...(entry === undefined ? {} : { Entrypoint: [entry], Cmd: args }),
      Env: (env ?? []).map(({ name, value = "" }) => `${name}=${value.replaceAll("$$", () => "$")}`),
      User: `${runAsUser}:${runAsGroup}`,
      HostConfig: {
        PidMode: `container:${this.sandbox?.id}`,
        NetworkMode: `container:${this.sandbox?.id}`,
        Mounts: (volumeMounts ?? []).map(({ name, mountPath, readOnly = false }) => ({
          ...{ Type: "bind" as const, Source: path.join(this.folder, name), Target: mountPath, ReadOnly: readOnly },
        })),
        ReadonlyRootfs: securityContext?.readOnlyRootFilesystem ?? false,
        CapDrop: securityContext?.capabilities?.drop ?? [],
        SecurityOpt: securityContext?.allowPrivilegeEscalation === false ? ["no-new-privileges:true"] : [],
        Memory: bytesOf(memory),
        MemorySwap: bytesOf(memory),
        NanoCpus: (cpu.endsWith("m") ? Number.parseInt(cpu, 10) : Number(cpu) * 1_000) * 1e6,
        LogConfig: { Type: "json-file", Config: { "max-size": "1200m", "max-file": "2" } },
      },
    };
  }
}

const bytesOf = (quantity: string) => Number.parseInt(quantity, 10) * (quantity.endsWith("Mi") ? 1024 ** 2 : 1);
