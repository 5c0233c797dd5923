import { type Command, flagsOf } from "./command";

function lines(pairs: [string, string][]): string {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

const usageOf = (command: Command) => ["sluice", command.name, ...command.words].join(" ");

/** `commands` are all that there are: those that begin with the same noun are named. */
export function helpOf(command: Command, commands: Command[]): string {
  const more = commands.filter(({ name }) => name.startsWith(`${command.name} `)).map(({ name }) => name);
  const flags = Object.entries(flagsOf(command)).map(([name, { short, value, help }]): [string, string] => [
    `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`,
    help,
  ]);
  return [
    `Usage: ${usageOf(command)} [options]`,
    `\n${command.summary}.`,
    `\nOptions:\n${lines(flags)}`,
    ...(command.notes ? [`\n${command.notes}`] : []),
    ...(more.length > 0 ? [`\nAlso: ${more.join(", ")}.`] : []),
    "",
  ].join("\n");
}

/** All commands, or those that begin with `group`. */
export function overview(commands: Command[], group?: string): string {
  const shown = commands.filter(({ name }) => !group || name.startsWith(`${group} `));
  return `Usage: sluice ${group ? `${group} ` : ""}<command> [options]

${lines(shown.map((command) => [[command.name, ...command.words].join(" "), command.summary]))}

"sluice <command> --help" says more, "sluice --version" which one this is. A token comes from "sluice login" or SLUICE_TOKEN, the address from --url, SLUICE_URL or
"sluice login". What was asked for goes to stdout, everything else to stderr.

Exit codes: 0 done; 1 the statement failed, or a check found something wrong; 2 the command line or what was asked for is
not right; 3 not signed in or not allowed; 4 there is no such thing; 5 Sluice cannot be reached or is busy; 6 somebody
cancelled it; 130 Ctrl-C.
`;
}
