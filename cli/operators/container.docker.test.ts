import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from "vitest";
import { manifestSchema } from "@/lib/operators/schema";
import { serveOperator } from "./dev-server";
import { runOperator } from "./run-operator";
import { readTry } from "./try-file";

/** `sluice operators dev --container`: an author's Dockerfile is really built, and what it makes is run. */

const engine = inject("containerEngine");
const hasCommand = spawnSync("docker", ["--version"]).status === 0;
const image = "sluice-dev/greet";
const longMs = 120_000;

const manifest = manifestSchema.parse({
  ...{
    id: "greet",
    version: "1.0.0",
    title: "Greet",
    summary: "Greets.",
    group: "change",
    icon: "code",
    image: "greet",
  },
  ...{ inputs: { names: { title: "Names", format: "csv", required: true } }, repeatSafe: true },
  ...{ outputs: { greetings: { title: "Greetings", format: "csv", required: true } }, command: ["sh", "/greet.sh"] },
  parameters: { type: "object", properties: { word: { type: "string", default: "Hello" } } },
});
const dockerfile = (...more: string[]) => [`FROM ${engine?.image}`, "COPY greet.sh /", ...more, ""].join("\n");
const greet = `id -u; echo $FROM_DOCKERFILE $SLUICE_IN $SLUICE_OUT
(echo x > /try) 2>/dev/null && echo "the image can be written to"
while read name more; do case $name in lo:) ;; *:) echo "a way out: $name" ;; esac; done < /proc/net/dev
while read name; do echo "Hello $name"; done < /in/names/0.csv > /out/greetings/a.csv
`;

let folder: string;
const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);

beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "sluice-dev-")), "greet");
  mkdirSync(folder);
  put("operator.json", JSON.stringify(manifest));
  put("greet.sh", greet);
  put("names.csv", "name\nAna\n");
  put("try.yaml", "inputs: {names: names.csv}\n");
  if (engine?.address) process.env.DOCKER_HOST = engine.address;
});
afterEach(() => {
  spawnSync("docker", ["rmi", "--force", image]);
  rmSync(path.dirname(folder), { recursive: true, force: true });
});

describe.skipIf(engine === null || !hasCommand)(
  "an operator in its container (needs a container engine and docker)",
  () => {
    it(
      "is built from its Dockerfile, run shut in over the try's files, and what it leaves is taken",
      async () => {
        put("Dockerfile", dockerfile("ENV FROM_DOCKERFILE=built"));
        const tried = await runOperator(
          { folder, manifest, container: true, say: () => undefined },
          readTry(path.join(folder, "try.yaml")),
        );
        expect(tried).toMatchObject({ code: 0, problems: [] });
        expect(tried.outputs).toMatchObject([{ name: "greetings", file: "a.csv", head: "Hello name\nHello Ana\n" }]);
        // Of a user that is not root, in an image that stays as it is, without a network.
        const user = process.getuid?.() || 65_532;
        expect(tried.log.map(({ text }) => text).join("")).toBe(`${user}\nbuilt /in /out\n`);
      },
      longMs,
    );

    it(
      "is built again when its Dockerfile changes, and the form's page says why a build failed",
      async () => {
        put("Dockerfile", dockerfile("ENV FROM_DOCKERFILE=first"));
        vi.spyOn(process.stdout, "write").mockReturnValue(true);
        vi.spyOn(process.stderr, "write").mockReturnValue(true);
        const probe = createServer().listen(0);
        const { port } = probe.address() as AddressInfo;
        await new Promise((resolve) => probe.close(resolve));
        const stop = new AbortController();
        const serving = serveOperator(
          { folder, file: path.join(folder, "try.yaml"), container: true, port },
          stop.signal,
        );
        onTestFinished(async () => {
          stop.abort();
          await serving;
          vi.restoreAllMocks();
        });
        const seen = () =>
          fetch(`http://127.0.0.1:${port}/seen`).then(
            async (answer) => ((await answer.json()) as { seen: string }).seen,
            () => "",
          );
        // Changes that come while it runs are its own.
        const says = (text: string) =>
          vi.waitFor(
            async () => {
              const now = await seen();
              expect(now).toContain(text);
              expect(now).not.toContain("Running");
            },
            { timeout: longMs / 4, interval: 200 },
          );
        await says("first /in /out");
        put("Dockerfile", dockerfile("ENV FROM_DOCKERFILE=second"));
        await says("second /in /out");
        put("Dockerfile", dockerfile("COPY missing.sh /"));
        await says("The build ended with exit code");
      },
      longMs,
    );
  },
);
