import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import Docker from "dockerode";
import { startOwn } from "@/lib/testing/container-engine";
import { testImage } from "@/lib/testing/container-image";
import { type Api, openApi } from "./http";
import type { Line, Measured } from "./line";
import { startProduct } from "./product";
import { attemptsOf, publish, runOf } from "./stages";
import { percentile, spread } from "./stats";

const command = ["date"];
const label = "sluice.attempt";

/** Of one container, by the engine's own word: milliseconds since 1970, as the attempts' times are. */
interface Life {
  create: number;
  die: number;
}

/** What the engine says of each container, by its id and by the attempt that it runs. */
class Lives {
  private readonly lives = new Map<string, Partial<Life>>();
  private rest = "";

  static async of(docker: Docker): Promise<Lives> {
    const lives = new Lives();
    const events = docker.getEvents({ filters: { type: ["container"], event: ["create", "die"] } });
    const stream = (await events) as unknown as Readable;
    stream.on("data", (bytes: Buffer) => lives.read(bytes.toString()));
    return lives;
  }

  private read(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines.filter(Boolean)) {
      const { Action, Actor, timeNano } = JSON.parse(line) as {
        Action: "create" | "die";
        Actor: { ID: string; Attributes: Record<string, string> };
        timeNano: number;
      };
      for (const key of [Actor.ID, Actor.Attributes[label]])
        if (key) this.lives.set(key, { ...this.lives.get(key), [Action]: timeNano / 1e6 });
    }
  }

  async get(key: string): Promise<Life> {
    for (let n = 0; n < 200; n++) {
      const { create, die } = this.lives.get(key) ?? {};
      if (create && die) return { create, die };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`The engine has not said how ${key} went.`);
  }
}

/** Milliseconds from asking for a container to its exit, and to its being there. */
interface Took {
  toExit: number[];
  toCreate: number[];
}

async function bare(docker: Docker, lives: Lives, image: string, count: number): Promise<Took> {
  const took: Took = { toExit: [], toCreate: [] };
  const one = async () => {
    const from = performance.timeOrigin + performance.now();
    const container = await docker.createContainer({ Image: image, Cmd: command, HostConfig: { NetworkMode: "none" } });
    await container.start();
    await container.wait();
    const { create, die } = await lives.get(container.id);
    took.toExit.push(die - from);
    took.toCreate.push(create - from);
    return container;
  };
  const made = await Promise.all(Array.from({ length: count }, one));
  await Promise.all(made.map((container) => container.remove({ force: true })));
  return took;
}

/** Of stages that all begin at once: from their waiting at the gate to the program's exit, and from a worker's taking one to its container. */
async function staged(api: Api, lives: Lives, name: string): Promise<Took> {
  const took: Took = { toExit: [], toCreate: [] };
  for (const { id, queuedAt, startedAt } of attemptsOf(await runOf(api, name))) {
    const { create, die } = await lives.get(id);
    took.toExit.push(die - Date.parse(queuedAt));
    took.toCreate.push(create - Date.parse(startedAt));
  }
  return took;
}

async function atOnce(api: Api, docker: Docker, image: string, count: number, rounds: number): Promise<Measured[]> {
  const lives = await Lives.of(docker);
  const name = `bench_containers_${count}`;
  await publish(api, name, Array(count).fill({ operator: "container@1", params: { image, command } }), false);
  await runOf(api, name);
  await bare(docker, lives, image, count);
  const [ours, floor]: [Took, Took] = [
    { toExit: [], toCreate: [] },
    { toExit: [], toCreate: [] },
  ];
  const add = (to: Took, more: Took) => {
    to.toExit.push(...more.toExit);
    to.toCreate.push(...more.toCreate);
  };
  // Turn about, since the machine's speed varies.
  for (let n = 0; n < rounds; n++) {
    add(floor, await bare(docker, lives, image, count));
    add(ours, await staged(api, lives, name));
  }
  const [mine, least] = [spread(ours.toExit), spread(floor.toExit)];
  const [whole, engine] = [percentile(ours.toCreate, 50), percentile(floor.toCreate, 50)];
  // What the engine itself takes to make one is not ours; the line before says the whole.
  const before = whole - engine;
  return [
    {
      ...{
        what: `${count} container stages at once, queue to exit`,
        unit: "ms",
        target: "<= 1.15x bare create + start + exit",
      },
      ...{ ours: mine.p50, ours95: mine.p95, floor: least.p50, floor95: least.p95, met: mine.p50 <= 1.15 * least.p50 },
    },
    {
      ...{
        what: `${count} at once, pickup to created, the engine's time in it`,
        unit: "ms",
        ours: whole,
        floor: engine,
      },
      ...{ target: "no figure of its own", met: null },
    },
    { what: `${count} at once, pickup to create`, unit: "ms", ours: before, target: "<= 25", met: before <= 25 },
  ];
}

/** Stages that run in containers beside containers by dockerode alone; a product and an engine of the line's own. */
export const containers: Line = {
  name: "containers",
  async measure({ product: { redisUrl }, quick }) {
    const home = await mkdtemp(path.join(tmpdir(), "sluice-bench-engine-"));
    const engine = await startOwn(home);
    if (typeof engine === "string") {
      console.error(`containers: ${engine}; skipped`);
      return [];
    }
    const docker = new Docker({ socketPath: new URL(engine.address).pathname });
    try {
      const image = await testImage(docker, home);
      const settings = { STAGE_RUNTIME: "docker", DOCKER_HOST: engine.address, STAGES_AT_ONCE: "8" };
      const product = await startProduct(redisUrl && `${redisUrl}/1`, settings);
      const api = openApi(product.url, product.token);
      try {
        const right = { right: "image", scope: "role", id: "admin", allowed: true };
        await api.json("PUT", "/api/v1/rights", right);
        const measured: Measured[] = [];
        for (const count of quick ? [1, 2] : [1, 2, 4, 8])
          measured.push(...(await atOnce(api, docker, image, count, quick ? 3 : Math.ceil(40 / count))));
        return measured;
      } finally {
        api.close();
        await product.stop();
      }
    } finally {
      await engine.stop();
      await rm(home, { recursive: true, force: true });
    }
  },
};
