import { spawn } from "node:child_process";
import path from "node:path";

const program = path.resolve(import.meta.dirname, "../../dist/cli.mjs");

export interface Ended {
  code: number | null;
  out: Buffer;
  said: string;
}

export interface CommandSettings {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
  /** Once, when this was said on stderr, the program is told by this signal. */
  signal?: { when: RegExp; name: NodeJS.Signals };
}

/** Runs the built `sluice` as a shell would, with no other settings than these. */
export function sluice(args: string[], { env = {}, input = "", cwd, signal }: CommandSettings = {}): Promise<Ended> {
  const shell = { PATH: process.env.PATH ?? "", HOME: "/nowhere", ...env } as unknown as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [program, ...args], { env: shell, cwd, stdio: ["pipe", "pipe", "pipe"] });
  const out: Buffer[] = [];
  let said = "";
  let told = false;
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk;
    if (told || !signal?.when.test(said)) return;
    told = true;
    child.kill(signal.name);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out: Buffer.concat(out), said }));
  });
}
