import { parseArgs } from "node:util";
import { Failure } from "./failure";

export interface Flag {
  /** What stands after it in the help, as `FILE`; without one it is a switch. */
  value?: string;
  short?: string;
  /** May be given more than once. */
  many?: boolean;
  help: string;
}

export interface Given {
  words: string[];
  text(flag: string): string | undefined;
  list(flag: string): string[];
  is(flag: string): boolean;
  /** @throws Failure when it is no whole number of at least `least` */
  number(flag: string, least?: number): number | undefined;
}

export interface Command {
  /** As it is typed: `gate show`. */
  name: string;
  /** Its words, as `<warehouse>`; one in brackets may be left out, `...` takes any number. */
  words: string[];
  summary: string;
  flags: Record<string, Flag>;
  notes?: string;
  /** Resolves to the exit code; nothing is 0. */
  run(given: Given): Promise<number | undefined>;
}

const common: Record<string, Flag> = {
  url: { value: "URL", help: "Sluice's address, before SLUICE_URL and what login kept" },
  help: { short: "h", help: "This text" },
};

export const flagsOf = (command: Command): Record<string, Flag> => ({ ...command.flags, ...common });

/** @throws Failure naming what is not understood and where the help is */
export function parse(command: Command, args: string[]): Given {
  const flags = flagsOf(command);
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value, short, many }]) => [
      name,
      {
        type: value ? ("string" as const) : ("boolean" as const),
        ...(short && { short }),
        ...(many && { multiple: true }),
      },
    ]),
  );
  const help = `See "sluice ${command.name} --help".`;
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args, options, allowPositionals: true, strict: true });
    } catch (error) {
      throw new Failure(`${(error as Error).message.split(". ")[0]}. ${help}`);
    }
  })();
  const least = command.words.filter((word) => word.startsWith("<")).length;
  if (!values.help && positionals.length < least)
    throw new Failure(`${command.words[positionals.length]} is missing. ${help}`);
  if (positionals.length > command.words.length && !command.words.some((word) => word.includes("...")))
    throw new Failure(`"${positionals[command.words.length]}" is one word too many; quote what has spaces. ${help}`);
  const text = (flag: string) => values[flag] as string | undefined;
  return {
    words: positionals,
    text,
    list: (flag) => (values[flag] as string[] | undefined) ?? [],
    is: (flag) => values[flag] === true,
    number: (flag, from = 0) => {
      const given = text(flag);
      if (given === undefined) return undefined;
      if (/^\d{1,15}$/.test(given) && Number(given) >= from) return Number(given);
      throw new Failure(`--${flag} takes a whole number of at least ${from}, not "${given}". ${help}`);
    },
  };
}
