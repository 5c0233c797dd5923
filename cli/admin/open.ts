import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { homeOf, openInstallation } from "../../scripts/installation.mjs";
import { StartError } from "../../scripts/steps.mjs";
import { exits, Failure } from "../failure";

const closeMs = 2_000;

export interface Installation {
  home: string;
  /** Whether the database is the one that Sluice brings along. */
  embedded: boolean;
  /** Whether Sluice runs on it now. */
  running: boolean;
  close(): Promise<void>;
}

/** The program's own folder, where its migrations are too; dist/ is below it. */
function root(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (path.basename(folder) === "dist") return path.dirname(folder);
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

export const homeHere = (): string => homeOf(root());

/**
 * Does something with the installation that the environment names, and closes what it opened for that. Settings are read
 * only inside: before, they may still lack what the embedded default fills in.
 */
export async function withInstallation<Answer>(
  work: (installation: Installation) => Promise<Answer>,
  settings: { alone?: boolean; keyed?: boolean } = {},
): Promise<Answer> {
  process.chdir(root());
  const opened = await asFailure(() => openInstallation(process.cwd(), settings));
  try {
    return await work(opened);
  } finally {
    await closePools();
    await opened.close();
  }
}

/** What a start says in a sentence, this program does too. */
export async function asFailure<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StartError ? new Failure(error.message, exits.failed) : error;
  }
}

/** What holds connections must let go before the server stops. */
async function closePools(): Promise<void> {
  const [{ env }, { pool }, { closeQueue }] = await Promise.all([
    import("@/lib/platform/env"),
    import("@/lib/platform/db/pool"),
    import("@/lib/jobs/queue"),
  ]);
  try {
    env();
  } catch {
    return;
  }
  // A service that is away may never say that it is closed.
  const closed = Promise.allSettled([closeQueue(), pool().end()]);
  await Promise.race([closed, sleep(closeMs, undefined, { ref: false })]);
}
