import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "@/lib/platform/ids";
import { cutMark } from "./lines";
import type { Exit, LogLine, LogPosition, Runtime, StageSpec, StageState } from "./runtime";

export interface Subject {
  /** A new object each time: as another worker of the same machine or engine has it. */
  open(logBytes?: number): Runtime;
  /** With sh, coreutils, and perl-base, as Debian's smallest has them; null for no container. */
  image: string | null;
  /** Where the folders of the stages are made. */
  home: string;
  /** Of the test of a line without end. */
  longLineBytes: number;
  lines: number;
  atOnce: number;
  /** Of a runtime whose logs have both streams as one. */
  oneStream?: boolean;
  /** Puts an empty file into what the program has as its `in`, where that is not the worker's own folder. */
  put?(handle: string, name: string): Promise<void>;
  /** SIGKILL to the program from outside, as by somebody on its machine; without it this is not tried. */
  kill?(handle: string): Promise<void>;
}

export type Extra = Partial<Pick<StageSpec, "env" | "limits" | "network" | "image" | "program">>;

export interface Ended {
  exit: Exit;
  lines: LogLine[];
  /** Of the spec. */
  out: string;
}

const roomy = { cpu: 1, memoryBytes: 256 * 1024 ** 2, pids: 100, seconds: 120 };
export const installation = newId();

export function specOf(subject: Subject, command: string[], extra: Extra = {}): StageSpec {
  const base = path.join(subject.home, newId());
  const folders = {
    in: path.join(base, "in"),
    out: path.join(base, "out"),
    secrets: path.join(base, "secrets"),
    sockets: path.join(base, "sockets"),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  const labels = { installation, run: newId(), stage: "one", attempt: newId() };
  return {
    ...{
      labels,
      image: subject.image,
      command,
      program: null,
      packages: null,
      env: {},
      folders,
      network: "none" as const,
    },
    limits: roomy,
    ...extra,
  };
}

export const shell = (script: string): string[] => ["sh", "-c", script];

/** From create to remove. */
export async function goThrough(subject: Subject, command: string[], extra?: Extra): Promise<Ended> {
  const runtime = subject.open();
  const spec = specOf(subject, command, extra);
  const handle = await runtime.create(spec);
  await runtime.start(handle);
  const lines: LogLine[] = [];
  const keep = async (more: LogLine[]) => void lines.push(...more);
  const [exit] = await Promise.all([runtime.wait(handle), runtime.follow(handle, null, keep)]);
  await runtime.remove(handle);
  return { exit, lines, out: spec.folders.out };
}

export const textsOf = (lines: LogLine[], stream: LogLine["stream"] = "stdout"): string[] =>
  lines.filter((line) => line.stream === stream).map((line) => line.text);

async function started(subject: Subject, script: string, extra?: Extra) {
  const runtime = subject.open();
  const handle = await runtime.create(specOf(subject, shell(script), extra));
  await runtime.start(handle);
  return { runtime, handle };
}

/** Waits until its log says so. */
async function until(runtime: Runtime, handle: string, text: string): Promise<void> {
  const seen = new AbortController();
  await runtime.follow(
    handle,
    null,
    async (lines) => {
      if (lines.some((line) => line.text === text)) seen.abort();
    },
    seen.signal,
  );
}

/** What every runtime does alike. @param only of its parts, by their names: those that a short run is to have */
export function runtimeContract(name: string, given: () => Subject, only?: string[]): void {
  const left = new Set(only);
  const part = (title: string, run: () => Promise<void>) => {
    if (!only || left.delete(title)) it(title, run);
  };
  describe(name, () => {
    let subject: Subject;
    beforeAll(() => {
      subject = given();
    });

    afterAll(async () => {
      const runtime = subject.open();
      for (const { handle, labels } of await runtime.list())
        if (labels.installation === installation) await runtime.remove(handle);
      for (const folder of readdirSync(subject.home))
        rmSync(path.join(subject.home, folder), { recursive: true, force: true });
    });

    part("says how a program ended, and which stream printed what", async () => {
      const { exit, lines } = await goThrough(subject, shell("echo out; echo err >&2; exit 7"));
      expect(exit).toMatchObject({ code: 7, signal: null, outOfMemory: false, timedOut: false, platform: null });
      expect(lines.map(({ stream, text }) => ({ stream, text }))).toEqual(
        expect.arrayContaining([
          { stream: "stdout", text: "out" },
          { stream: subject.oneStream ? "stdout" : "stderr", text: "err" },
        ]),
      );
      for (const line of lines) expect(Math.abs(Date.now() - line.at)).toBeLessThan(60_000);
    });

    part("hands over folders and settings, and none of ours", async () => {
      const runtime = subject.open();
      const spec = specOf(subject, [], { env: { COUNTRY: "Österreich" } });
      mkdirSync(path.join(spec.folders.in, "x"));
      writeFileSync(path.join(spec.folders.in, "x", "a.csv"), "1,2\n");
      const seen = runtime.seenAs(spec.folders);
      writeFileSync(path.join(spec.folders.secrets, "key"), "s3cret");
      spec.command = shell(
        `cat "$SLUICE_IN/x/a.csv" > "$SLUICE_OUT/a.csv"; echo "$COUNTRY"; cat ${seen.secrets}/key; echo; env; echo x > "$SLUICE_SCRATCH/x"`,
      );
      const handle = await runtime.create(spec);
      await runtime.start(handle);
      const lines: LogLine[] = [];
      await runtime.follow(handle, null, async (more) => void lines.push(...more));
      expect(await runtime.wait(handle)).toMatchObject({ code: 0 });
      expect(textsOf(lines).slice(0, 2)).toEqual(["Österreich", "s3cret"]);
      expect(textsOf(lines)).toContain(`SLUICE_OUT=${seen.out}`);
      expect(textsOf(lines).join("\n")).not.toMatch(/DATABASE_URL|SLUICE_KEYS|AUTH_SECRET/);
      expect(readFileSync(path.join(spec.folders.out, "a.csv"), "utf8")).toBe("1,2\n");
      await runtime.remove(handle);
      expect(existsSync(path.join(spec.folders.out, "a.csv"))).toBe(true);
    });

    part("keeps every line as it is, but for what is no text", async () => {
      const script = String.raw`printf 'a\r\nb\n\n\303(\n\377\nnul\000l\n\360\237\246\206\nno end'`;
      const { lines } = await goThrough(subject, shell(script));
      expect(textsOf(lines)).toEqual(["a", "b", "", "\uFFFD(", "\uFFFD", "nul\uFFFDl", "🦆", "no end"]);
    });

    part("cuts a line without end, with a mark", async () => {
      const script = `head -c ${subject.longLineBytes} /dev/zero | tr '\\0' x; echo; echo after`;
      const [long, ...rest] = textsOf((await goThrough(subject, shell(script))).lines);
      expect(long).toBe("x".repeat(64 * 1024) + cutMark);
      expect(rest).toEqual(["after"]);
    });

    part("loses and repeats no line, however often a reader begins again", async () => {
      const { runtime, handle } = await started(subject, `seq 1 ${subject.lines}`);
      const kept: string[] = [];
      let position: LogPosition = null;
      for (let reads = 0; ; reads++) {
        const left = new AbortController();
        // The first ten readers die somewhere in the middle, as a worker does: what it has not kept does not count.
        const dies = reads < 10 ? randomInt(1, 6) : Number.POSITIVE_INFINITY;
        let batches = 0;
        const end: LogPosition = await subject.open().follow(
          handle,
          position,
          async (lines, at) => {
            if (left.signal.aborted) return;
            batches += 1;
            if (batches === dies) return left.abort();
            kept.push(...textsOf(lines));
            position = JSON.parse(JSON.stringify(at));
          },
          left.signal,
        );
        if (left.signal.aborted) continue;
        expect(await subject.open().follow(handle, end, async (lines) => void kept.push(...textsOf(lines)))).toEqual(
          end,
        );
        break;
      }
      expect(kept.length).toBe(subject.lines);
      expect(kept.findIndex((text, index) => text !== String(index + 1))).toBe(-1);
      await runtime.remove(handle);
    });

    part("ends a log that is too long with a mark, and not the program", async () => {
      const runtime = subject.open(1024 ** 2);
      // It goes on once somebody reads.
      const script = 'seq 1 5000; while [ ! -e "$SLUICE_IN/go" ]; do sleep 0.05; done; seq 5001 500000; exit 4';
      const spec = specOf(subject, shell(script));
      const handle = await runtime.create(spec);
      await runtime.start(handle);
      const lines: LogLine[] = [];
      await runtime.follow(handle, null, async (more) => {
        lines.push(...more);
        await (subject.put?.(handle, "go") ?? writeFileSync(path.join(spec.folders.in, "go"), ""));
      });
      const exit = await runtime.wait(handle);
      await runtime.remove(handle);
      expect(exit.code).toBe(4);
      expect(lines.at(-1)).toMatchObject({
        stream: "platform",
        text: expect.stringMatching(/^The log ends here: .*1 MiB/),
      });
      const kept = textsOf(lines);
      expect(kept.length).toBeGreaterThan(1_000);
      expect(kept.findIndex((text, index) => text !== String(index + 1))).toBe(-1);
    });

    part("shows a line soon, before the end", async () => {
      const { runtime, handle } = await started(subject, "echo now; sleep 60");
      await until(runtime, handle, "now");
      expect(await runtime.reattach(handle)).toBe("running");
      await runtime.remove(handle);
      expect(await runtime.reattach(handle)).toBe("gone");
    });

    part("knows its states, for whoever comes back", async () => {
      const runtime = subject.open();
      const spec = specOf(subject, shell("echo up; read x < /dev/null; sleep 1"));
      const handle = await runtime.create(spec);
      expect(await subject.open().reattach(handle)).toBe("created");
      expect((await subject.open().list()).find((one) => one.handle === handle)?.labels).toEqual(spec.labels);
      await subject.open().start(handle);
      expect(await subject.open().reattach(handle)).toBe("running");
      // Started again by one who does not know that it was.
      await subject.open().start(handle);
      expect(await subject.open().wait(handle)).toMatchObject({ code: 0 });
      expect(await subject.open().reattach(handle)).toBe("exited");
      const lines: LogLine[] = [];
      await subject.open().follow(handle, null, async (more) => void lines.push(...more));
      expect(textsOf(lines)).toEqual(["up"]);
      await subject.open().remove(handle);
      await subject.open().remove(handle);
      expect(await subject.open().reattach(handle)).toBe("gone");
    });

    part("asks to end, and makes it end after the grace", async () => {
      const polite = await started(subject, "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.1; done");
      await until(polite.runtime, polite.handle, "up");
      await polite.runtime.stop(polite.handle, 20);
      expect(await polite.runtime.wait(polite.handle)).toMatchObject({ code: 3, timedOut: false, platform: null });
      const deaf = await started(subject, "trap '' TERM; echo up; while :; do sleep 0.1; done");
      await until(deaf.runtime, deaf.handle, "up");
      await deaf.runtime.stop(deaf.handle, 1);
      const exit = await deaf.runtime.wait(deaf.handle);
      expect(exit.signal ?? exit.code).toBe(exit.signal ? "SIGKILL" : 137);
      expect(exit).toMatchObject({ outOfMemory: false, platform: null });
      for (const { runtime, handle } of [polite, deaf]) await runtime.remove(handle);
    });

    part("says what was ended from outside, which is no fault of the program's", async () => {
      if (!subject.kill) return;
      const { runtime, handle } = await started(subject, "echo up; while :; do sleep 0.1; done");
      await until(runtime, handle, "up");
      await subject.kill(handle);
      // Whoever it is that waits: the worker that started it may be gone.
      const exit = await subject.open().wait(handle);
      expect(exit).toMatchObject({
        outOfMemory: false,
        timedOut: false,
        platform: expect.stringMatching(/from outside/),
      });
      await runtime.remove(handle);
      // By itself, as for a fault of its own.
      expect((await goThrough(subject, shell("kill -SEGV $$"))).exit.platform).toBeNull();
    });

    part("never starts what was stopped before", async () => {
      const runtime = subject.open();
      const spec = specOf(subject, shell('echo here > "$SLUICE_OUT/x"'));
      const handle = await runtime.create(spec);
      await runtime.stop(handle, 5);
      await runtime.start(handle).catch(() => undefined);
      expect(await runtime.reattach(handle)).not.toBe("running");
      expect(existsSync(path.join(spec.folders.out, "x"))).toBe(false);
      await runtime.remove(handle);
    });

    part("ends at the time limit", async () => {
      const limits = { ...roomy, seconds: 1 };
      const { exit } = await goThrough(subject, shell("trap 'exit 0' TERM; while :; do sleep 0.1; done"), { limits });
      expect(exit).toMatchObject({ code: 0, timedOut: true, platform: null });
    });

    part("says that its time is over before it ends", async () => {
      const runtime = subject.open();
      const spec = {
        ...specOf(subject, shell("trap '' TERM; while :; do sleep 0.1; done")),
        limits: { ...roomy, seconds: 1 },
      };
      const handle = await runtime.create(spec);
      await runtime.start(handle);
      const late = Promise.withResolvers<StageState>();
      const ended = runtime.wait(handle, undefined, () => runtime.reattach(handle).then(late.resolve, late.reject));
      expect(await late.promise).toBe("running");
      await runtime.stop(handle, 0);
      expect(await ended).toMatchObject({ timedOut: true });
      await runtime.remove(handle);
    });

    const eat = `perl -e 'my @a; while (1) { push @a, "x" x 8_000_000; select(undef, undef, undef, 0.02) }'`;
    const small = { ...roomy, memoryBytes: 64 * 1024 ** 2 };

    part("tells a want of memory from other ends", async () => {
      const { exit } = await goThrough(subject, shell(`exec ${eat}`), { limits: small });
      expect(exit).toMatchObject({ outOfMemory: true, timedOut: false, platform: null });
      expect(exit.code).not.toBe(0);
      expect(exit.peakMemoryBytes ?? small.memoryBytes).toBeGreaterThan(small.memoryBytes / 2);
    });

    part("measures what it took", async () => {
      const script = `perl -e 'my $s = "x" x 60_000_000; 1 while (times)[0] < 1; sleep 3'`;
      const { exit } = await goThrough(subject, shell(script));
      expect(exit.code).toBe(0);
      expect(exit.peakMemoryBytes).toBeGreaterThan(50_000_000);
      expect(exit.peakMemoryBytes).toBeLessThan(roomy.memoryBytes);
      expect(exit.cpuSeconds).toBeGreaterThanOrEqual(1);
    });

    part("says that a command is not there", async () => {
      const { exit } = await goThrough(subject, ["no-such-command"]);
      expect(exit).toMatchObject({ code: 127, platform: null });
    });

    part("ends what a program leaves running", async () => {
      const script = `(trap '' HUP TERM; while :; do date > "$SLUICE_OUT/beat"; sleep 0.05; done) >/dev/null 2>&1 & sleep 0.5`;
      const { exit, out } = await goThrough(subject, shell(script));
      expect(exit.code).toBe(0);
      rmSync(path.join(out, "beat"));
      await delay(500);
      expect(existsSync(path.join(out, "beat"))).toBe(false);
    });

    part("runs many at once, each to its own end", async () => {
      const all = await Promise.all(
        Array.from({ length: subject.atOnce }, (_, index) => goThrough(subject, shell(`echo ${index}; exit ${index}`))),
      );
      expect(all.map(({ exit }) => exit.code)).toEqual(all.map((_, index) => index));
      expect(all.map(({ lines }) => textsOf(lines)[0])).toEqual(all.map((_, index) => String(index)));
    });
    if (left.size > 0) throw new Error(`The contract has no part named: ${[...left].join("; ")}`);
  });
}
