import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const root = path.resolve(import.meta.dirname, "../..");

it("is `sluice` on the path after `npm link`, from any folder", () => {
  const prefix = mkdtempSync(path.join(tmpdir(), "sluice-link-"));
  onTestFinished(() => rmSync(prefix, { recursive: true, force: true }));
  const env = { PATH: `${path.join(prefix, "bin")}:${process.env.PATH}`, HOME: prefix, npm_config_prefix: prefix };
  const run = (command: string, args: string[], cwd: string) =>
    spawnSync(command, args, { cwd, env: env as unknown as NodeJS.ProcessEnv, encoding: "utf8", timeout: 100_000 });

  const linked = run("npm", ["link", "--offline", "--no-audit", "--no-fund"], root);
  expect(linked, linked.stderr).toMatchObject({ status: 0 });
  expect(lstatSync(path.join(prefix, "bin/sluice")).isSymbolicLink()).toBe(true);

  const sluice = (...args: string[]) => run("sluice", args, prefix);
  expect(sluice("--version")).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: "" });
  expect(sluice("--help")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("sluice <command>"),
    stderr: "",
  });
  // All of it is there, and not only what prints the help.
  expect(sluice("gate", "heat", "--help").stdout).toContain("Usage: sluice gate heat <warehouse>");
  expect(sluice("warehouses", "--url", "http://127.0.0.1:1")).toMatchObject({
    status: 3,
    stderr: expect.stringContaining("No token for http://127.0.0.1:1"),
  });
}, 240_000);
