import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { allowRight } from "@/lib/access/allow-right";
import type { Context } from "@/lib/access/context";
import { pinnedImage } from "@/lib/operators/pinned-image";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { newId } from "@/lib/platform/ids";
import { waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { archiveOf } from "@/lib/testing/container-image";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { imageRegistry } from "@/lib/testing/image-registry";
import { startStageWorker } from "./testing/stage-worker";

/** Stages that name their image, from publishing to what their containers print. */

const engine = inject("containerEngine");
let docker: Docker;
let ana: Context;
let registry: Awaited<ReturnType<typeof imageRegistry>>;

/** An image's files: these programs of this machine. */
function filesOf(...programs: string[]): Buffer {
  const home = mkdtempSync(path.join(tmpdir(), "sluice-any-image-"));
  const archive = path.join(home, "files.tar");
  archiveOf(programs, home, archive);
  const files = readFileSync(archive);
  rmSync(home, { recursive: true });
  return files;
}

describe.skipIf(engine === null || process.platform !== "linux")(
  "a stage that names its image (needs a container engine)",
  () => {
    beforeAll(async () => {
      if (!engine) return;
      if (engine.address) process.env.DOCKER_HOST = engine.address;
      docker = new Docker();
      registry = await imageRegistry();
      await testDatabase();
      const admin = await buildPerson({ role: "admin" });
      const team = await buildTeam({ name: "growth" });
      ana = await buildPerson({ teamIds: [team.id] });
      await allowRight(admin, { right: "image", scope: "team", id: team.id, allowed: true });
      await startStageWorker();
    });
    afterAll(async () => {
      await registry?.close();
      await closeGate();
    });

    const taken: string[] = [];
    afterAll(async () => {
      for (const name of taken)
        await docker
          .getImage(name)
          .remove({ force: true })
          .catch(() => undefined);
    });

    it("runs what the name meant when it was published, and reaches others only where it says so", async () => {
      const repository = `acme/${newId().toLowerCase()}`;
      const first = registry.put(`${repository}:1`, {}, filesOf("sh", "cat"));
      const image = `${registry.host}/${repository}:1`;
      const name = `p-${newId().toLowerCase()}`;
      const command = JSON.stringify(["sh", "-c", "[ -e /bin/id ] && echo second || echo first; cat /proc/net/route"]);
      const text = `name: ${name}
owner: growth
stages:
  - {id: alone, operator: container@1, params: {image: "${image}", command: ${command}}}
  - {id: open, operator: container@1, params: {image: "${image}", command: ${command}, network: outside}}
`;
      expect(await publishPipeline(ana, name, { text, format: "yaml" })).toMatchObject({ version: 1, warnings: [] });
      // The tag moves on.
      const second = registry.put(`${repository}:1`, {}, filesOf("sh", "cat", "id"));
      taken.push(`${registry.host}/${repository}@${first}`, `${registry.host}/${repository}@${second}`);
      const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 60);
      expect(view).toMatchObject({ state: "succeeded", error: null });
      expect(view.stages.map(({ attempts }) => attempts.map(({ runtime }) => runtime))).toEqual([
        ["docker"],
        ["docker"],
      ]);
      const said = { alone: [] as string[], open: [] as string[] };
      for await (const { stage, text } of await readLog(ana, view.id, {})) said[stage as keyof typeof said].push(text);
      expect([said.alone[0], said.open[0]]).toEqual(["first", "first"]);
      // The second column is where a route leads to, 0 everywhere else.
      const routes = (lines: string[]) => lines.slice(2).map((line) => line.split("\t")[1]);
      expect(routes(said.alone)).toEqual([]);
      expect(routes(said.open)).toContain("00000000");
      expect(await pinnedImage(image)).toBe(`${registry.host}/${repository}@${second}`);
    });

    it("is named by what the engine has, where its name has no registry", async () => {
      // Made on this machine: no registry ever had it.
      expect(await pinnedImage(engine?.image ?? "")).toBeNull();
      await expect(pinnedImage(`${registry.host}/acme/none:1`)).rejects.toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(/acme\/none:1 cannot be looked up: /),
      });
    });
  },
);
