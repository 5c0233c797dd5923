import { existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { SluiceError } from "@/lib/platform/errors";

/** Languages that operators of the catalogue need, and how to come by them; of others the log says that they are missing. */
const languages: Record<string, string> = {
  python3: 'Python 3 is not installed here. Install it ("apt-get install python3-venv") and run `npm run python`',
  Rscript:
    'R is not installed here. Install it ("apt-get install r-base-core r-cran-dplyr r-cran-jsonlite r-cran-readr")',
};

interface Places {
  /** SLUICE_HOME: `npm run python` makes environments there. */
  home: string;
  /** Where commands are looked for. */
  path: string;
  /** Of the operator. */
  program: string | null;
}

const isOn = (searched: string, name: string) =>
  searched.split(path.delimiter).some((folder) => folder !== "" && existsSync(path.join(folder, name)));

const pythonsFor = ({ home, program }: Places) =>
  [...(program === null ? [] : [`python-${path.basename(program)}`]), "python"].map((folder) =>
    path.join(home, folder, "bin", "python3"),
  );

/**
 * A manifest's command as it can be run here: `node` is ours, `python3` that of `npm run python` where there is one (the
 * operator's own before the common one), and
 * what names a file of the operator's folder is that file, since the program works in the folder of its attempt.
 * @throws SluiceError unavailable: a language is not installed
 */
export function commandHere(command: string[], places: Places): string[] {
  const [first = "", ...rest] = command;
  const inProgram = (part: string) => {
    if (places.program === null || path.isAbsolute(part) || part.startsWith("-")) return part;
    const file = path.join(places.program, part);
    return existsSync(file) ? file : part;
  };
  const args = rest.map(inProgram);
  if (first.includes("/")) return [inProgram(first), ...args];
  if (first === "node") return [process.execPath, ...args];
  const python = first === "python3" && pythonsFor(places).find((one) => existsSync(one));
  if (python) return [python, ...args];
  const how = languages[first];
  if (how && !isOn(places.path, first))
    throw new SluiceError("unavailable", `${how}, or let stages run in containers.`);
  return [first, ...args];
}

/** The program that would run, and when the environment of `npm run python` was made. */
export async function identityHere(command: string[], { home, path: searched }: Omit<Places, "program">) {
  const [program = ""] = commandHere(command.slice(0, 1), { home, path: searched, program: null });
  const folders = program.includes("/") ? [""] : searched.split(path.delimiter);
  const file = folders.map((folder) => path.join(folder, program)).find(existsSync) ?? program;
  const made = await stat(path.join(home, "python", "pyvenv.cfg")).catch(() => null);
  return `${await realpath(file).catch(() => file)} ${made?.mtimeMs ?? ""}`;
}
