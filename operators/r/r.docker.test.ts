import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { textsOf } from "@/lib/runtimes/contract";
import { buildOperators } from "@/lib/testing/operator-images";
import { operatorRuns } from "@/lib/testing/operator-runs";

/** The program in its own image, where R and its packages are. */
const engine = inject("containerEngine");
const { home, run, end } = operatorRuns();
const words = path.join(home, "words");

describe.skipIf(engine === null)("the R operator (needs a container engine)", () => {
  beforeAll(() => {
    if (engine?.address) process.env.DOCKER_HOST = engine.address;
    buildOperators(["r"]);
    mkdirSync(words);
    const parts = ["id,name,at\n1,é 1,2026-03-01\n2,,2026-03-02\n", "id,name,at\n3,c,\n"];
    for (const [at, text] of parts.entries()) writeFileSync(path.join(words, `${at}.csv`), text);
  }, 900_000);
  afterAll(end);

  const r = (code: string[], outputs: Record<string, string> = {}, values: object = {}) =>
    run({
      ...{ operator: "r", params: { code: code.join("\n"), values }, outputs },
      inputs: { words: { from: words, format: "csv" } },
      secrets: { token: "s3cret é\n" },
    });

  it("reads a table's parts one after the other, and writes every value as it was", async () => {
    const code = [
      "print(dim(inputs$words))",
      'write_output("kept", dplyr::filter(inputs$words, id != 2))',
      'write_output("kept", dplyr::filter(inputs$words, id == 2))',
    ];
    const { exit, lines, result, out } = await r(code, { kept: "csv" });
    expect(exit).toMatchObject({ code: 0, platform: null });
    expect(textsOf(lines)).toEqual(["[1] 3 3"]);
    expect(result).toEqual({ rows: 3 });
    const part = (at: number) => readFileSync(path.join(out, "kept", `part-0000${at}.csv`), "utf8");
    expect([part(0), part(1)]).toEqual(["id,name,at\n1,é 1,2026-03-01\n3,c,\n", "id,name,at\n2,,2026-03-02\n"]);
  });

  it("has values, interval, run and the stage's secrets, and hands on single values", async () => {
    const code = [
      'cat(params$country, substr(interval$from, 1, 10), nchar(secret("token")))',
      'hand_on(most = max(inputs$words$id), country = "DE")',
      "hand_on(country = params$country, run = run$id)",
    ];
    const { lines, out, exit } = await r(code, {}, { country: "CH" });
    expect(exit.code).toBe(0);
    expect(textsOf(lines)).toEqual(["CH 2026-01-01 9"]);
    expect(JSON.parse(readFileSync(path.join(out, "params.json"), "utf8"))).toEqual({
      ...{ most: 3, country: "CH", run: "r1" },
    });
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ["code that stops", ["x <- 1", "", "stop('no such month')"], {}, /^Line 3: no such month$/],
    ["code that is no R", ["x <- (1", "y"], {}, /<your code>:2:1: unexpected symbol/],
    [
      "an output that there is not",
      ["write_output('kpet', inputs$words)"],
      { kept: "csv" },
      /no output "kpet".*: kept\.$/,
    ],
    [
      "an output in a format that it does not write",
      ["write_output('kept', inputs$words)"],
      { kept: "parquet" },
      /R writes CSV/,
    ],
    ["nothing written", ["1 + 1"], { kept: "csv" }, /^Nothing was written to kept\./],
    ["a secret that the stage does not name", ["secret('key')"], {}, /no secret "key". Its secrets: token\./],
    ["more handed on than there is room for", ["hand_on(x = strrep('a', 70000))"], {}, /larger than 64 KiB/],
  ])("says of %s what is wrong, at the code", async (_, code, outputs, words) => {
    const { exit, result } = await r(code, outputs);
    expect(exit.code).toBe(1);
    expect(result.error).toEqual({ message: expect.stringMatching(words), field: "/code" });
  });
});
