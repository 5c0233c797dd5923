// One line per step of a start, with how long it took.
import process from "node:process";

/** Runs `work` and prints its title with its time; `work` may answer with a note that is printed too. */
export async function step(title, work) {
  const begun = Date.now();
  try {
    const note = await work();
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    process.stdout.write(
      `  ${title.padEnd(44)} ${seconds.padStart(6)} s${typeof note === "string" ? `  ${note}` : ""}\n`,
    );
  } catch (error) {
    process.stdout.write(`  ${title.padEnd(44)} failed\n`);
    throw error;
  }
}

/** An error whose message is all that the person needs to see. */
export class StartError extends Error {}

/** Prints what went wrong (without a stack where the sentence says it all) and ends the process. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof StartError ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
}
