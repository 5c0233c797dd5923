import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ScriptedCluster } from "@/lib/testing/kubernetes-api";
import { goThrough, installation, runtimeContract, type Subject, shell, specOf, textsOf } from "../contract";
import type { LogLine } from "../runtime";
import { connect } from "./cluster";
import { execIn } from "./exec";
import { look, nameOf } from "./pods";
import { type KubernetesSettings, kubernetesRuntime } from "./runtime";

const engine = inject("containerEngine");
const full = process.env.KUBERNETES_SERIES === "full";
/** A cluster of yours: then the contract runs there, and not on the scripted one. */
const real = full ? (process.env.KUBECONFIG ?? null) : null;
const image = real ? (process.env.KUBERNETES_IMAGE ?? "debian:bookworm-slim") : (engine?.image ?? "");
const home = mkdtempSync(path.join(tmpdir(), "sluice-kubernetes-"));
const docker = engine?.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
const scripted = new ScriptedCluster(docker, image, home);
let config = "";

const openWith = (extra: Partial<KubernetesSettings> = {}) =>
  kubernetesRuntime({
    ...{ config, namespace: null, installation, image, pullSecrets: [], user: { uid: 65_532, gid: 65_532 } },
    ...{ ca: null, logBytes: 256 * 1024 ** 2, relayHost: null },
    ...extra,
  });

const subject: Subject = {
  open: (logBytes) => openWith(logBytes ? { logBytes } : {}),
  ...{ image, home: path.join(home, "stages"), oneStream: true },
  ...(full
    ? { longLineBytes: 1024 ** 3, lines: 1_000_000, atOnce: 20 }
    : { longLineBytes: 4 * 1024 ** 2, lines: 20_000, atOnce: 4 }),
  async put(handle, name) {
    const cluster = connect(config, null);
    const { pod } = await look(cluster, handle);
    await execIn(cluster, { pod: pod ? nameOf(pod) : "", container: "beside", command: ["touch", `/hand/in/${name}`] });
  },
};

/** Those of a few seconds, for `npm test`; all of them in `npm run test:kubernetes`. */
const short = [
  "says how a program ended, and which stream printed what",
  "hands over folders and settings, and none of ours",
  "keeps every line as it is, but for what is no text",
  "shows a line soon, before the end",
  "knows its states, for whoever comes back",
  "asks to end, and makes it end after the grace",
  "never starts what was stopped before",
  "ends at the time limit",
  "tells a want of memory from other ends",
  "says that a command is not there",
  "ends what a program leaves running",
];

beforeAll(async () => {
  if (engine !== null || real) config = real ?? (await scripted.start());
});
afterAll(async () => {
  await scripted.stop();
  rmSync(home, { recursive: true, force: true });
});

describe.skipIf(engine === null && !real)("pods of a cluster (need a container engine, or KUBECONFIG)", () => {
  runtimeContract("the contract of runtimes", () => subject, full ? undefined : short);
});

async function running(script: string) {
  const runtime = openWith();
  const spec = specOf(subject, shell(script));
  const handle = await runtime.create(spec);
  await runtime.start(handle);
  const up = new AbortController();
  const see = async (lines: LogLine[]) => {
    if (textsOf(lines).includes("up")) up.abort();
  };
  await runtime.follow(handle, null, see, up.signal);
  return { runtime, spec, handle, pod: scripted.podOf(handle) };
}

describe.skipIf(engine === null || real)("pods of the scripted cluster (need a container engine)", () => {
  it("are shut in", async () => {
    const script = `id -u; cat /proc/self/status; for place in / /etc /in /run/secrets /out /scratch /tmp; do
      (echo x > $place/try) 2>/dev/null && echo "$place yes" || echo "$place no"
    done; [ -e /hand ] && echo hand; [ -e /var/run/secrets/kubernetes.io ] && echo account; true`;
    const lines = textsOf((await goThrough(subject, shell(script))).lines);
    expect(lines[0]).toBe("65532");
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^CapEff:\s0+$/)]));
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^NoNewPrivs:\s1$/)]));
    expect(lines.slice(-7)).toEqual([
      ...["/ no", "/etc no", "/in no", "/run/secrets no"],
      ...["/out yes", "/scratch yes", "/tmp yes"],
    ]);
  });

  it("say that memory ran out also where only a child was ended and the program went on", async () => {
    const limits = { cpu: 1, memoryBytes: 64 * 1024 ** 2, pids: 100, seconds: 60 };
    const script = `perl -e 'my @a; while (1) { push @a, "x" x 8_000_000 }'; echo "it was $?"; exit 0`;
    const { exit, lines } = await goThrough(subject, shell(script), { limits });
    expect(textsOf(lines)).toContain("it was 137");
    expect(exit).toMatchObject({ code: 0, outOfMemory: true, platform: null, peakMemoryBytes: limits.memoryBytes });
  });

  it("say that they were put out of a node, or lost with it", async () => {
    const evicted = await running("echo up; sleep 60");
    await evicted.pod.evict("The node was low on resource: memory.");
    const put = await evicted.runtime.wait(evicted.handle);
    expect(put).toMatchObject({ outOfMemory: false, platform: expect.stringMatching(/low on.*memory/) });
    await evicted.runtime.remove(evicted.handle);
    const lost = await running("echo up; sleep 60");
    await lost.pod.loseNode();
    expect(await lost.runtime.wait(lost.handle)).toMatchObject({
      platform: expect.stringMatching(/took the program from its node scripted-node.*NoExecute/),
    });
    await lost.runtime.remove(lost.handle);
  });

  it("say what to do about an image that is not to be had", async () => {
    const runtime = openWith();
    const handle = await runtime.create(specOf(subject, ["true"], { image: "nobody/nothing:1" }));
    await runtime.start(handle);
    const exit = await openWith({ pullMs: 1_000 }).wait(handle);
    expect(exit.platform).toMatch(/cannot run the image nobody\/nothing:1.*failed to pull/);
    await runtime.remove(handle);
  });

  it("lose nothing when every connection breaks again and again", async () => {
    const runtime = openWith();
    const script = 'cat "$SLUICE_IN/a" > "$SLUICE_OUT/a"; for i in $(seq 1 20); do seq 1 500; sleep 0.05; done';
    const spec = specOf(subject, shell(script));
    writeFileSync(path.join(spec.folders.in, "a"), Buffer.alloc(8 * 1024 ** 2, "x"));
    const handle = await runtime.create(spec);
    await runtime.start(handle);
    const lines: LogLine[] = [];
    const cutting = setInterval(() => scripted.cutWires(), 400);
    const following = runtime.follow(handle, null, async (more) => void lines.push(...more));
    const stopCutting = setTimeout(() => clearInterval(cutting), 3_000);
    const exit = await runtime.wait(handle);
    clearInterval(cutting);
    clearTimeout(stopCutting);
    await following;
    expect(exit).toMatchObject({ code: 0, platform: null });
    expect(textsOf(lines)).toEqual(Array.from({ length: 20 * 500 }, (_, n) => String((n % 500) + 1)));
    expect(readFileSync(path.join(spec.folders.out, "a")).length).toBe(8 * 1024 ** 2);
    await runtime.remove(handle);
  });

  it("are taken up by a worker that has none of their folders, with what they wrote", async () => {
    const { spec, handle } = await running(
      'echo up; mkdir "$SLUICE_OUT/rows"; echo 1 > "$SLUICE_OUT/rows/a.csv"; sleep 1',
    );
    rmSync(path.dirname(spec.folders.in), { recursive: true });
    const other = openWith();
    expect(await other.reattach(handle)).toBe("running");
    expect(await other.wait(handle)).toMatchObject({ code: 0, platform: null });
    expect(readFileSync(path.join(spec.folders.out, "rows", "a.csv"), "utf8")).toBe("1\n");
    await other.remove(handle);
  });

  it("say which right the worker's account lacks", async () => {
    scripted.denied.add("create pods/exec");
    expect(await openWith().check()).toMatch(/may not create pods\/exec in the namespace stages/);
    scripted.denied.clear();
    scripted.minor = "29+";
    expect(await openWith().check()).toMatch(/1\.29.*1\.30/);
    scripted.minor = "31";
    expect(await openWith().check()).toBeNull();
    expect(await openWith({ image: null }).check()).toMatch(/KUBERNETES_IMAGE/);
  });

  it("keep a link in what a program wrote from leading out of the folder", async () => {
    const outside = path.join(home, "outside");
    mkdirSync(outside);
    const script = `ln -s ${outside} "$SLUICE_OUT/rows"`;
    const { exit, out } = await goThrough(subject, shell(script));
    expect(exit.code).toBe(0);
    expect(readdirSync(out)).toEqual(["rows"]);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(path.join(out, "..", ".collected"))).toBe(false);
  });
});
