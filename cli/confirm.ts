import { createInterface } from "node:readline/promises";
import type { Flag, Given } from "./command";
import { exits, Failure } from "./failure";

export const yesFlag: Record<string, Flag> = { yes: { short: "y", help: "Do it without asking; scripts need it" } };

/**
 * For what cannot be taken back: asks whoever sits at a terminal, and elsewhere goes on only with --yes.
 * @param what a sentence that says what will happen
 * @throws Failure when it is not to be done
 */
export async function confirm(given: Given, what: string): Promise<void> {
  if (given.is("yes")) return;
  if (!process.stdin.isTTY) throw new Failure(`${what} Add --yes to do it.`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let interrupted = false;
  // Ctrl-D closes it without an answer too.
  lines.once("SIGINT", () => {
    interrupted = true;
    lines.close();
  });
  const said = await new Promise<string>((resolve) => {
    lines.once("close", () => resolve(""));
    lines.question(`${what} Do it? [y/N] `).then(resolve, () => resolve(""));
  });
  lines.close();
  if (!/^y(es)?$/i.test(said.trim()))
    throw new Failure("Nothing was changed.", interrupted ? exits.interrupted : exits.usage);
}
