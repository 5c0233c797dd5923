import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { commandHere } from "./command";

const base = mkdtempSync(path.join(tmpdir(), "sluice-command-"));
const program = path.join(base, "operator");
mkdirSync(program);
writeFileSync(path.join(program, "main.py"), "");
const places = { home: base, path: "/nowhere:/bin", program };

describe("a manifest's command, here", () => {
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it("takes our Node, and files of the operator's folder", () => {
    writeFileSync(path.join(program, "main.mjs"), "");
    expect(commandHere(["node", "--max-old-space-size=99", "main.mjs", "other"], places)).toEqual([
      ...[process.execPath, "--max-old-space-size=99", path.join(program, "main.mjs"), "other"],
    ]);
  });

  it("leaves a command without a folder as it is", () => {
    expect(commandHere(["sh", "main.py"], { ...places, program: null })).toEqual(["sh", "main.py"]);
  });

  it("says how to come by Python, and takes the one that was installed for it", () => {
    const none = { ...places, path: "/nowhere" };
    expect(() => commandHere(["python3", "main.py"], none)).toThrow(/Python 3 is not installed here.*npm run python/);
    const python = path.join(base, "python", "bin", "python3");
    mkdirSync(path.dirname(python), { recursive: true });
    writeFileSync(python, "");
    expect(commandHere(["python3", "main.py"], none)).toEqual([python, path.join(program, "main.py")]);
    const own = path.join(base, "python-operator", "bin", "python3");
    mkdirSync(path.dirname(own), { recursive: true });
    writeFileSync(own, "");
    expect(commandHere(["python3", "main.py"], none)).toEqual([own, path.join(program, "main.py")]);
    expect(commandHere(["python3", "main.py"], { ...none, program: null })).toEqual([python, "main.py"]);
  });

  it("says how to come by R", () => {
    expect(() => commandHere(["Rscript", "main.R"], { ...places, path: "/nowhere" })).toThrow(
      /r-base-core.*containers/,
    );
  });
});
