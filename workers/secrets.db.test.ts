import { mkdirSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { pool } from "@/lib/platform/db/pool";
import { getRun, waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { putSecret } from "@/lib/secrets/put-secret";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildSecret, buildTeam } from "@/lib/testing/factories";
import { killWorkers, startWorker } from "@/lib/testing/processes";
import { buildPipeline } from "@/lib/testing/runs";
import { attemptsFolder } from "./stages/folders";
import { startStageWorker } from "./testing/stage-worker";

/** An operator that tells its secret in every way it knows, now or when it is told to. */
const program = `
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
const context = JSON.parse(readFileSync(path.join(process.env.SLUICE_IN, "context.json"), "utf8"));
const files = context.secrets;
console.log("began", Object.keys(files).sort().join());
await new Promise((resolve) => setTimeout(resolve, context.params.seconds * 1000));
const secret = readFileSync(files.token, "utf8");
const told = JSON.stringify([process.argv, process.env, context]);
console.log("mode", (statSync(files.token).mode & 0o777).toString(8), "bytes", secret.length, told.includes(secret));
console.log("same", files["more/0"] === files.token, readFileSync(files["more/1"], "utf8").length);
console.log("plain", secret);
console.error("basic", Buffer.from("me:" + secret).toString("base64"));
for (let at = 0; at < secret.length; at += 15) console.log(secret.slice(at, at + 15));
const put = (name, value) => {
  writeFileSync(path.join(process.env.SLUICE_OUT, name + ".part"), JSON.stringify(value));
  renameSync(path.join(process.env.SLUICE_OUT, name + ".part"), path.join(process.env.SLUICE_OUT, name));
};
put("params.json", { token: secret });
put("result.json", { metrics: { token: secret }, ...(context.params.fail ? { error: { message: "401 for " + secret, hint: secret } } : {}) });
for (const [name, { path: folder, format }] of Object.entries(context.outputs))
  writeFileSync(path.join(process.env.SLUICE_OUT, folder, "a." + format), format === "csv"
    ? "id,said\\n1," + "x".repeat(context.params.before) + JSON.stringify("key " + (context.params.tell ? secret : "none")) + "\\n"
    : JSON.stringify({ id: 1, said: context.params.tell ? secret : "none" }) + "\\n");
process.exitCode = context.params.fail ? 1 : 0;
`;
const secretField = { type: "object", "x-widget": "secret", "x-options": { source: "secrets" } };
const manifest = {
  ...{ id: "telltale", version: "1.0.0", title: "Telltale", summary: "Tells", group: "check", icon: "box" },
  ...{ repeatSafe: true, image: "test", command: [], process: { command: ["node", "main.mjs"] } },
  outputs: { "*": true },
  parameters: {
    type: "object",
    properties: {
      token: secretField,
      more: { type: "array", items: secretField },
      fail: { type: "boolean", default: false },
      seconds: { type: "number", default: 0 },
      tell: { type: "boolean", default: false },
      before: { type: "integer", default: 0 },
    },
  },
};

const value = "sk_live_7Qh2/+mN0pXv9RtY4cZ1-and-more";
let ana: Context;
let team: string;
let operators: string;

beforeAll(async () => {
  await testDatabase();
  operators = path.join(process.env.SLUICE_HOME ?? "", "operators");
  mkdirSync(path.join(operators, "telltale"), { recursive: true });
  writeFileSync(path.join(operators, "telltale", "operator.json"), JSON.stringify(manifest));
  writeFileSync(path.join(operators, "telltale", "main.mjs"), program);
  process.env.SLUICE_OPERATORS = operators;
  team = (await buildTeam()).id;
  ana = await buildPerson({ teamIds: [team] });
  await buildSecret(team, { name: "crm", value });
  await buildSecret(null, { name: "shared", value: "of the company" });
});
afterAll(killWorkers);

async function begun(params: object, outputs?: Record<string, "csv" | "ndjson">) {
  const stage = {
    ...{ id: "tell", operator: "telltale@1", timeout: "1m" },
    params: { token: { secret: "crm" }, more: [{ secret: "crm" }, { secret: "shared" }], ...params },
    ...(outputs ? { outputs } : {}),
  };
  const { name } = await buildPipeline(ana, { stages: [stage] }, { teamId: team });
  return (await startRun(ana, name, {})).id;
}

async function log(id: string): Promise<string[]> {
  const lines = [];
  for await (const { text } of await readLog(ana, id, {})) lines.push(text);
  return lines;
}

/** All that is kept, but for the secrets' own table. */
async function kept(): Promise<string> {
  const { rows } = await pool().query<{ all: string }>(
    `select jsonb_build_array((select jsonb_agg(to_jsonb(a)) from attempts a), (select jsonb_agg(to_jsonb(s)) from run_stages s),
       (select jsonb_agg(to_jsonb(r)) from runs r), (select jsonb_agg(to_jsonb(c)) from log_chunks c))::text as all`,
  );
  return rows[0]?.all ?? "";
}

it("hides a stage's secrets also when another worker has taken it up", async () => {
  const first = await startWorker();
  const id = await begun({ seconds: 2 });
  const lines = async () => (await getRun(ana, id)).stages[0]?.attempts[0]?.logLines;
  await expect.poll(lines, { timeout: 20_000 }).toBe(1);
  first.kill("SIGKILL");
  // Another value by then: it is the one that the stage has which must not be seen.
  await putSecret(ana, "crm", { value: "quite another one" });
  await startWorker();
  const view = await waitForRun(ana, id, 40);
  expect(view).toMatchObject({ state: "succeeded", error: null });
  expect(await log(id)).toContain("plain ••••••");
  expect(await kept()).not.toContain(value);
  killWorkers();
  await putSecret(ana, "crm", { value });
}, 90_000);

describe("by one worker", () => {
  beforeAll(() => startStageWorker());

  it("gives a stage its secrets as files of its own, and lets nothing that it says of them out", async () => {
    const id = await begun({ fail: true });
    const view = await waitForRun(ana, id, 30);
    expect(view).toMatchObject({ state: "failed", error: "tell: 401 for ••••••" });
    expect(view.stages[0]?.error).toMatchObject({ hint: "••••••" });
    // Of two streams each in its order.
    expect((await log(id)).sort()).toEqual(
      [
        "began more/0,more/1,token",
        `mode 400 bytes ${value.length} false`,
        "same true 14",
        "plain ••••••",
        "basic bWU6••••••",
        "••••••",
        "••••••",
        value.slice(30),
      ].sort(),
    );
    const texts = await kept();
    for (let at = 0; at + 11 <= value.length; at++) expect(texts).not.toContain(value.slice(at, at + 11));
    const { rows } = await pool().query("select last_used_at > now() - interval '1 minute' as used from secrets");
    expect(rows).toEqual([{ used: true }, { used: true }]);
    // Nothing of it is left on the disk.
    await expect.poll(() => readdir(attemptsFolder())).toEqual([]);
  });

  it("hands on no secret, and hides it among metrics", async () => {
    const id = await begun({});
    expect(await waitForRun(ana, id, 30)).toMatchObject({ state: "succeeded" });
    const { rows } = await pool().query("select handed, metrics from attempts where run_id = $1", [id]);
    expect(rows).toEqual([{ handed: { token: "••••••" }, metrics: { token: "••••••" } }]);
  });

  it.each(["csv", "ndjson"] as const)("publishes no output as %s with a secret in it", async (format) => {
    expect(await waitForRun(ana, await begun({}, { said: format }), 30)).toMatchObject({ state: "succeeded" });
    // Across two of the pieces that are read, too.
    const view = await waitForRun(ana, await begun({ tell: true, before: 1024 ** 2 - 40 }, { said: format }), 30);
    expect(view).toMatchObject({
      state: "failed",
      error: `tell: out/said/a.${format} has a secret in it that the stage was given.`,
    });
    expect(view.stages[0]).toMatchObject({ artifacts: [], error: { cause: "invalid_output" } });
  });

  it("says which secret there is not, at its parameter, and does not try again", async () => {
    const id = await begun({ token: { secret: "gone" } });
    const view = await waitForRun(ana, id, 30);
    expect(view.stages[0]).toMatchObject({ state: "failed", attempts: [{}] });
    expect(view.stages[0]?.error).toMatchObject({
      ...{ cause: "not_allowed", field: "token" },
      message: "There is no secret gone that this pipeline may use. Store it for the pipeline's team.",
    });
  });
});
