import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { SluiceError } from "@/lib/platform/errors";
import type { StartedAttempt } from "@/lib/runs/lease";
import type { Folders } from "@/lib/runtimes/runtime";
import { secretsFor } from "@/lib/secrets/secrets-for";
import { StageFailure } from "./stage-failure";

/** Secrets that a stage was given. */
export interface Given {
  /** By parameter: where the program finds the file, which is named as the secret is. */
  paths: Record<string, string>;
  values: string[];
}

/**
 * Puts the secrets that a stage asks for into its own folder, as files that only its program reads.
 * @param asked the secret's name by parameter
 * @throws StageFailure where there is none of the name that the pipeline may use
 */
export async function giveSecrets(
  started: StartedAttempt,
  asked: Record<string, string>,
  { folders, seen }: { folders: Folders; seen: Folders },
): Promise<Given> {
  const names = [...new Set(Object.values(asked))];
  const values = await secretsFor(started.pipeline, names).catch((error: unknown) => {
    if (!(error instanceof SluiceError)) throw error;
    const field = Object.keys(asked).find((one) => error.message.includes(` ${asked[one]} `)) ?? Object.keys(asked)[0];
    throw new StageFailure({ cause: "not_allowed", message: error.message, ...(field ? { field } : {}) }, "final");
  });
  for (const [name, value] of values) await writeFile(path.join(folders.secrets, name), value, { mode: 0o400 });
  const paths = Object.entries(asked).map(([parameter, name]) => [parameter, path.join(seen.secrets, name)]);
  return { paths: Object.fromEntries(paths), values: [...values.values()] };
}

/** What a stage was given that another worker began: as the files say, for a secret may have another value since. */
export async function givenBefore(folders: Folders): Promise<string[]> {
  const names = await readdir(folders.secrets).catch(() => []);
  return Promise.all(names.map((name) => readFile(path.join(folders.secrets, name), "utf8")));
}
