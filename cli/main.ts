#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" };
import { parse } from "./command";
import { commands } from "./commands";
import { exits, Failure } from "./failure";
import { helpOf, overview } from "./help";

/** The command with the most words at the beginning of what was typed. */
function find(args: string[]) {
  const named = [...commands].sort((a, b) => b.name.length - a.name.length);
  return named.find(({ name }) => name.split(" ").every((word, n) => args[n] === word));
}

async function main(args: string[]): Promise<number> {
  if (args[0] === "--version") {
    process.stdout.write(`${manifest.version}\n`);
    return exits.done;
  }
  const command = find(args);
  if (!command) {
    const [first] = args;
    const group = commands.some(({ name }) => name.startsWith(`${first} `)) ? first : undefined;
    const asked = !first || args.some((one) => one === "--help" || one === "-h");
    if (asked) {
      process.stdout.write(overview(commands, group));
      return exits.done;
    }
    const what = args.slice(0, group ? 2 : 1).join(" ");
    throw new Failure(`There is no command "${what}". "sluice --help" lists all.`);
  }
  const rest = args.slice(command.name.split(" ").length);
  // A command that is the noun alone lists: `sluice runs list` says the same.
  const given = parse(command, command.words.length === 0 && rest[0] === "list" ? rest.slice(1) : rest);
  if (given.is("help")) {
    process.stdout.write(helpOf(command, commands));
    return exits.done;
  }
  return (await command.run(given)) ?? exits.done;
}

// Whoever reads has seen enough, as `head` has.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? exits.done : exits.failed),
);

// What a service that is away still holds open does not keep the shell waiting.
const leave = () => void setTimeout(() => process.exit(), 500).unref();

main(process.argv.slice(2))
  .then(
    (code) => {
      process.exitCode = code;
    },
    (error: Error) => {
      process.stderr.write(`sluice: ${error instanceof Failure ? error.message : (error.stack ?? error)}\n`);
      process.exitCode = error instanceof Failure ? error.exit : exits.failed;
    },
  )
  .finally(leave);
