import { SluiceError } from "@/lib/platform/errors";
import type { Exit } from "./runtime";

/** Packages that were asked for cannot be installed, in words for whoever asked for them. */
export class RequirementsError extends Error {
  override readonly name = "RequirementsError";

  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/**
 * Installs what in/requirements.txt names into out/. Only what is built already (wheels): nothing of a package runs while it
 * is installed. Pip's own files lie on the disk that the runtime gives, not in memory.
 */
const program = `
import os, runpy, sys
os.environ["TMPDIR"] = os.environ["SLUICE_SCRATCH"]
sys.argv = ["pip", "install", "--disable-pip-version-check", "--no-input", "--no-color", "--no-cache-dir", "--quiet",
  "--retries", "2", "--timeout", "20", "--only-binary", ":all:", "--target", os.environ["SLUICE_OUT"],
  "-r", os.path.join(os.environ["SLUICE_IN"], "requirements.txt")]
runpy.run_module("pip", run_name="__main__")
`;

export const installing: string[] = ["python3", "-c", program];

const lastOf = (texts: string[]) => texts.at(-1) ?? "it said nothing";
const sentence = (text: string) => `${text.trim().replace(/[.:]+$/, "")}.`;

/** What a failed installation comes to: the requirements' fault, or (SluiceError unavailable) nobody's who wrote them. */
export function pipFailure(exit: Exit, said: string[]): Error {
  const all = said.join("\n");
  const errors = said.flatMap((line) => /^ERROR: (.*)/.exec(line)?.[1] ?? []);
  const away = (why: string) => new SluiceError("unavailable", `The stage's requirements cannot be installed: ${why}`);
  if (exit.platform) return away(exit.platform);
  if (exit.timedOut) return away("pip was not done in 15 minutes.");
  if (/No module named '?pip\b/.test(all))
    return away("this Python has no pip. Run `npm run python` where the worker runs, or let stages run in containers.");
  if (/No space left on device/.test(all)) return away("the disk is full.");
  const broken =
    /connection broken by '([^']*)/.exec(all)?.[1] ?? /(SSLError|ConnectTimeout|ProxyError)/.exec(all)?.[1];
  if (broken)
    return away(
      `pip cannot reach the package index (${broken.slice(0, 120)}). Let it be reached from here, or name another in PIP_INDEX_URL.`,
    );
  const unknown = /satisfies the requirement (\S+).*\(from versions: (.*)\)/.exec(all);
  if (unknown) {
    const [, wanted = "", versions = ""] = unknown;
    const there = versions === "none" ? [] : versions.split(", ");
    return there.length > 0
      ? new RequirementsError(
          `There is no ${wanted} for this Python.`,
          `There is ${there.slice(-3).join(", ")}. Change the version.`,
        )
      : new RequirementsError(
          `The package index has no ${wanted} that can be installed here.`,
          "Look at its spelling. Packages that have to be compiled cannot be added here: build an image with them.",
        );
  }
  const conflict = errors.find((line) => /conflicting dependencies/.test(line));
  if (conflict) return new RequirementsError(sentence(conflict), "Change one of the versions.");
  if (exit.outOfMemory)
    return new RequirementsError("pip needs too much memory.", "Build an image with these packages.");
  const why = lastOf(errors.length > 0 ? errors : said.filter((line) => line.trim() !== ""));
  return new RequirementsError(`pip cannot install the requirements: ${sentence(why.slice(0, 500))}`, "Change them.");
}
