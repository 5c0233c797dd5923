import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { checkManifest } from "@/lib/operators/check-manifest";
import { textsOf } from "@/lib/runtimes/contract";
import { operatorRuns } from "@/lib/testing/operator-runs";

/** What any image meets: the contract's files, and nothing of Sluice in it. The image has a shell and little else. */
const engine = inject("containerEngine");
const { home, run, end } = operatorRuns();
const words = path.join(home, "words");

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, "operator.json"), "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

describe.skipIf(engine === null)("any image as a stage (needs a container engine)", () => {
  beforeAll(() => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    mkdirSync(words);
    writeFileSync(path.join(words, "0.csv"), "id,name\n1,é 1\n2,b\n");
  });
  afterAll(end);

  const shell = (script: string, leaves = true) =>
    run({
      ...{ operator: "container", image: engine?.image ?? "", command: ["sh", "-c", script], leaves },
      params: { image: engine?.image, network: "none" },
      inputs: { words: { from: words, format: "csv" } },
      outputs: { kept: "csv" },
      secrets: { token: "s3cret" },
    });

  it("reads its inputs, its secrets and what the run is about, and writes its outputs, by files alone", async () => {
    const { exit, lines, out, result } = await shell(
      [
        "set -e",
        "perl -ne 'print if $. < 3' /in/words/0.csv > /out/kept/a.csv",
        "cat /run/secrets/token; echo",
        `perl -ne 'print "$&\\n" if /"contract":1/' /in/context.json`,
        `echo '{"rows": 1}' > /out/result.json`,
      ].join("; "),
    );
    expect(exit).toMatchObject({ code: 0, platform: null });
    expect(textsOf(lines)).toEqual(["s3cret", '"contract":1']);
    expect(result).toEqual({ rows: 1 });
    expect(readFileSync(path.join(out, "kept", "a.csv"), "utf8")).toBe("id,name\n1,é 1\n");
  });

  it("is nobody of rights there, writes nowhere else, and reaches nobody", async () => {
    const { lines } = await shell(
      [
        "id -u",
        "for f in /x /in/x /run/secrets/x; do (echo 1 > $f) 2>/dev/null && echo wrote $f; done",
        "ls /sys/class/net",
        "perl -ne 'print if /^Cap(Prm|Eff|Bnd)/' /proc/self/status",
      ].join("; "),
      false,
    );
    const none = ["CapPrm", "CapEff", "CapBnd"].map((set) => `${set}:\t0000000000000000`);
    expect(textsOf(lines)).toEqual(["65532", "lo", ...none]);
  });

  it("fails by what its program says at its end", async () => {
    expect((await shell("echo half > /out/kept/a.csv; exit 3", false)).exit).toMatchObject({ code: 3, platform: null });
  });
});
