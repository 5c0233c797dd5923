import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { listen } from "@/lib/gate/relay-listener";
import {
  type Extra,
  goThrough,
  installation,
  runtimeContract,
  type Subject,
  shell,
  specOf,
  textsOf,
} from "../contract";
import type { LogLine } from "../runtime";
import { connect } from "./engine";
import { type DockerSettings, dockerRuntime } from "./runtime";

const engine = inject("containerEngine");
const home = mkdtempSync(path.join(tmpdir(), "sluice-docker-"));
const user = { uid: 65_532, gid: 65_532 };

const openWith = (extra: Partial<DockerSettings> = {}) =>
  dockerRuntime({
    ...(engine?.address ? { address: engine.address } : {}),
    ...{ installation, network: null, accounts: null, user, paths: [], ca: null, logBytes: 1200 * 1024 ** 2 },
    ...extra,
  });

const subject: Subject = {
  open: (logBytes) => openWith(logBytes ? { logBytes } : {}),
  ...{ image: engine?.image ?? "", home: path.join(home, "stages") },
  ...{ longLineBytes: 1024 ** 3, lines: 1_000_000, atOnce: 20 },
  kill: (handle) => connect(engine?.address).getContainer(handle).kill(),
};

async function told(script: string, extra?: Extra): Promise<string[]> {
  return textsOf((await goThrough(subject, shell(script), extra)).lines);
}

describe.skipIf(engine === null)("containers (need a container engine)", () => {
  // The folder above lets nobody else in; the program's user gets to its own by the mounts.
  beforeAll(() => chmodSync(home, 0o700));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  runtimeContract("the contract of runtimes", () => subject);

  it("are shut in", async () => {
    const status = await told("id -u; id -g; cat /proc/self/status");
    expect(status.slice(0, 2)).toEqual(["65532", "65532"]);
    expect(status).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^CapEff:\s0+$/),
        expect.stringMatching(/^CapBnd:\s0+$/),
        expect.stringMatching(/^NoNewPrivs:\s1$/),
        expect.stringMatching(/^Seccomp:\s2$/),
      ]),
    );
    const script = `for place in / /etc /in /run/secrets /run/sluice /out /scratch /tmp; do
      (echo x > $place/try) 2>/dev/null && echo "$place yes" || echo "$place no"
    done; [ -e /var/run/docker.sock ] && echo sock: ; cat /proc/net/dev`;
    const lines = await told(script);
    expect(lines.slice(0, 8)).toEqual([
      "/ no",
      "/etc no",
      "/in no",
      "/run/secrets no",
      "/run/sluice no",
      "/out yes",
      "/scratch yes",
      "/tmp yes",
    ]);
    // No way out: of the network only the loopback.
    expect(lines.filter((line) => /^\s*\w+:/.test(line)).map((line) => line.trim().split(":")[0])).toEqual(["lo"]);
  });

  it("reach others only where the manifest says so", async () => {
    const lines = await told("cat /proc/net/route", { network: "egress" });
    expect(lines.slice(1).some((line) => line.split("\t")[1] === "00000000")).toBe(true);
  });

  it("cannot have more processes than they may", async () => {
    const limits = { cpu: 1, memoryBytes: 128 * 1024 ** 2, pids: 10, seconds: 30 };
    const { lines } = await goThrough(subject, shell("for i in $(seq 1 30); do sleep 5 & done; wait"), { limits });
    expect(textsOf(lines, "stderr").join()).toMatch(/fork/);
  });

  it("find a want of memory also where the program goes on after it", async () => {
    const limits = { cpu: 1, memoryBytes: 64 * 1024 ** 2, pids: 50, seconds: 30 };
    const script = `perl -e 'my @a; while (1) { push @a, "x" x 8_000_000 }'; echo "it was $?"; exit 0`;
    const { exit, lines } = await goThrough(subject, shell(script), { limits });
    expect(textsOf(lines)).toEqual(["it was 137"]);
    expect(exit).toMatchObject({ code: 0, outOfMemory: true, peakMemoryBytes: limits.memoryBytes });
  });

  it("leave files that are theirs, in a folder that others cannot get to", async () => {
    const { out } = await goThrough(subject, shell("echo x > /out/file"));
    if (process.getuid?.() === 0) expect(statSync(path.join(out, "file")).uid).toBe(user.uid);
    expect(existsSync(path.join(out, "file"))).toBe(true);
  });

  it("reach a relay by its socket, which is for their user alone", async () => {
    const spec = specOf(subject, []);
    const relay = await listen({ socketFolder: spec.folders.sockets }, 5432, ".s.PGSQL", (socket) =>
      socket.end("here\n"),
    );
    const place = path.join(spec.folders.sockets, ".s.PGSQL.5432");
    expect(statSync(place).mode & 0o777).toBe(0o600);
    // AF_UNIX, SOCK_STREAM; the smallest perl has no modules.
    spec.command = [
      ...["perl", "-e", 'socket(S, 1, 1, 0) && connect(S, pack("S a108", 1, $ARGV[0])) or die "$!\n"; print <S>'],
      "/run/sluice/.s.PGSQL.5432",
    ];
    const runtime = openWith();
    const handle = await runtime.create(spec);
    await runtime.start(handle);
    const lines: LogLine[] = [];
    await runtime.follow(handle, null, async (more) => void lines.push(...more));
    expect(textsOf(lines)).toEqual(["here"]);
    if (process.getuid?.() === 0) expect(statSync(place).uid).toBe(user.uid);
    await runtime.remove(handle);
    await relay.close();
  });

  it("trust a company's own authorities", async () => {
    const ca = path.join(home, "ca.pem");
    writeFileSync(ca, "the company's\n");
    const runtime = openWith({ ca });
    const lines = textsOf(
      (await goThrough({ ...subject, open: () => runtime }, shell("cat $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS"))).lines,
    );
    expect(lines).toEqual(["the company's", "the company's"]);
  });

  it("say what to do when an image is not to be had", async () => {
    const spec = specOf(subject, ["true"], { image: "127.0.0.1:1/nobody/nothing:1" });
    await expect(openWith().create(spec)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/does not have the image 127\.0\.0\.1:1\/nobody\/nothing:1.*npm run images/),
    });
  });

  it("say what to do when there is no engine", async () => {
    const away = openWith({ address: "unix:///nowhere/docker.sock" });
    expect(await away.check()).toMatch(/does not answer.*Start Docker/);
    await expect(away.create(specOf(subject, ["true"]))).rejects.toMatchObject({ code: "unavailable" });
    expect(await openWith().check()).toBeNull();
  });

  it("outlive the worker that started them, and are found again", async () => {
    const spec = specOf(subject, shell('echo begun; echo x >> "$SLUICE_OUT/times"; sleep 2; echo done; exit 5'));
    // A process of its own creates and starts, and is killed the moment that it has.
    const program = path.join(process.cwd(), "lib", "testing", "start-stage.ts");
    const given = JSON.stringify({ spec, address: engine?.address, installation, user });
    const worker = await promisify(execFile)(process.execPath, ["--import", "tsx", program, given]).catch(
      (error) => error,
    );
    expect(worker.signal).toBe("SIGKILL");
    const [found] = (await openWith().list()).filter(({ labels }) => labels.attempt === spec.labels.attempt);
    const handle = found?.handle ?? "";
    expect(await openWith().reattach(handle)).toBe("running");
    await openWith().start(handle);
    const lines: string[] = [];
    await openWith().follow(handle, null, async (more) => void lines.push(...textsOf(more)));
    expect(await openWith().wait(handle)).toMatchObject({ code: 5, platform: null });
    expect(lines).toEqual(["begun", "done"]);
    expect(statSync(path.join(spec.folders.out, "times")).size).toBe(2);
    await openWith().remove(handle);
  });
});
