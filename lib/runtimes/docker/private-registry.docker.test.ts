import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { archiveOf } from "@/lib/testing/container-image";
import { imageRegistry } from "@/lib/testing/image-registry";
import { goThrough, installation, type Subject, shell, specOf, textsOf } from "../contract";
import { connect, unless } from "./engine";
import { dockerRuntime } from "./runtime";

/** The engine itself pulls, by the account that the runtime gives it for that registry alone. */

const engine = inject("containerEngine");
const home = mkdtempSync(path.join(tmpdir(), "sluice-registry-"));
const right = "robot:of the test";
let files: Buffer;
let accounts = 0;
const registries: { close(): Promise<unknown> }[] = [];
const pulled: string[] = [];

/** As `docker login` writes it. */
function accountsFile(of: Record<string, string>): string {
  const auths = Object.entries(of).map(([host, account]) => [host, { auth: Buffer.from(account).toString("base64") }]);
  const file = path.join(home, `accounts-${++accounts}.json`);
  writeFileSync(file, JSON.stringify({ auths: Object.fromEntries(auths) }));
  return file;
}

const subjectWith = (image: string, file: string | null): Subject => ({
  open: () =>
    dockerRuntime({
      ...(engine?.address ? { address: engine.address } : {}),
      ...{ installation, network: null, accounts: file, user: { uid: 65_532, gid: 65_532 }, paths: [], ca: null },
      logBytes: 2 ** 20,
    }),
  ...{ image, home: path.join(home, "stages"), longLineBytes: 0, lines: 0, atOnce: 0 },
});

/** A registry that nobody has asked before, with an image that the engine cannot have. */
async function registryWith(wants: "basic" | "bearer") {
  const registry = await imageRegistry(wants, right);
  registries.push(registry);
  const digest = registry.put("team/tool:1", {}, files);
  pulled.push(`${registry.host}/team/tool:1`);
  return { ...registry, image: `${registry.host}/team/tool:1`, digest };
}

describe.skipIf(engine === null || process.platform !== "linux")(
  "a private registry (needs a container engine)",
  () => {
    beforeAll(() => {
      const archive = path.join(home, "tool.tar");
      archiveOf(["sh"], home, archive);
      files = readFileSync(archive);
    });
    afterEach(async () => {
      for (const image of pulled.splice(0))
        await unless([404], connect(engine?.address).getImage(image).remove({ force: true }));
      for (const registry of registries.splice(0)) await registry.close();
    });
    afterAll(() => rmSync(home, { recursive: true, force: true }));

    it.each(["basic", "bearer"] as const)(
      "gives its image to who signs in (%s)",
      async (wants) => {
        const { host, image, digest, asked } = await registryWith(wants);
        const file = accountsFile({ "registry.example.com": "another:one", [host]: right });
        const { exit, lines } = await goThrough(subjectWith(image, file), shell("echo out of the image"));
        expect(exit).toMatchObject({ code: 0, platform: null });
        expect(textsOf(lines)).toEqual(["out of the image"]);
        expect(asked.some((place) => place.startsWith("/v2/team/tool/blobs/"))).toBe(true);
        const info = await connect(engine?.address).getImage(image).inspect();
        expect(info.RepoDigests).toEqual([`${host}/team/tool@${digest}`]);
        // A second stage finds it there.
        const before = asked.length;
        expect((await goThrough(subjectWith(image, file), shell("exit 3"))).exit.code).toBe(3);
        expect(asked.length).toBe(before);
      },
      120_000,
    );

    it.each(["basic", "bearer"] as const)(
      "gives nothing to who does not (%s), and the engine says so",
      async (wants) => {
        const { host, image } = await registryWith(wants);
        const wrong = "robot:the wrong one";
        for (const file of [null, accountsFile({ [host]: wrong }), accountsFile({ "registry.example.com": right })]) {
          const subject = subjectWith(image, file);
          const refused = await subject
            .open()
            .create(specOf(subject, ["true"]))
            .then(() => null)
            .catch((error: Error) => error);
          expect(refused).toMatchObject({ code: "unavailable" });
          expect(refused?.message).toMatch(/cannot fetch it: .*(unauthorized|no basic auth|denied|authentication)/i);
          expect(refused?.message).not.toMatch(/the wrong one|of the test/);
        }
      },
      120_000,
    );
  },
);
