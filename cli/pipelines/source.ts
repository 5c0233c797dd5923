import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import path from "node:path";
import type { Given } from "../command";
import { Failure } from "../failure";

export const sourceFlags = {
  source: { value: "ADDRESS", help: "Where these files live; without it the git repository that they are in" },
  "no-source": { help: "Let the pipelines be changed in their form too" },
};

/** Where files live, so that Sluice can say it: the repository's address and the place within. */
export interface Source {
  /** What all sources of this place begin with. */
  base: string;
  of(file: string): string;
  /** The commit, in short; null outside git. */
  commit: string | null;
}

/** @param root the folder, or the folder of the file, that was named */
export function sourceOf(given: Given, root: string): Source | null {
  if (given.is("no-source")) return null;
  const named = given.text("source")?.replace(/\/+$/, "");
  if (named === "") throw new Failure("--source takes an address. Use --no-source to have none.");
  const commit = git(root, "rev-parse", "--short", "HEAD");
  const below = (from: string, base: string) => (file: string) =>
    [base, ...path.relative(from, realpathSync(file)).split(path.sep)].filter(Boolean).join("/");
  if (named) return { base: named, of: below(realpathSync(root), named), commit };
  const top = git(root, "rev-parse", "--show-toplevel");
  const remote = git(root, "remote", "get-url", "origin");
  if (!top || !remote) return null;
  const of = below(top, withoutSecrets(remote));
  return { base: of(root), of, commit };
}

/** A CI's checkout has its token in the address. */
function withoutSecrets(remote: string): string {
  const url = /^https?:/.test(remote) ? URL.parse(remote) : null;
  if (!url) return remote;
  url.username = "";
  url.password = "";
  return url.href.replace(/\/+$/, "");
}

function git(folder: string, ...args: string[]): string | null {
  const { status, stdout } = spawnSync("git", ["-C", folder, ...args], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}
