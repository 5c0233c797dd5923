import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { sql } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { installationId, runtimeNamed, runtimesHere } from "@/lib/runtimes/registry";
import type { Runtime } from "@/lib/runtimes/runtime";
import { attemptsFolder, removeFolders } from "./folders";

/** Whoever ends an attempt puts away what it left; this is for when that worker died between the two. */
const endedSeconds = 120;
/** Of what no row says anything: longer than a database that is put back from a copy takes to be looked at. */
const unknownMs = 3_600_000;
/** Longer than a table may take to be converted. */
const tableMs = 2 * 3_600_000;

/** Attempts by what is known of them: ended a while ago, or not known at all; those under way are in neither. */
async function sorted(attempts: string[]): Promise<{ ended: Set<string>; unknown: Set<string> }> {
  const rows = await sql<{ id: string; ended: boolean }>(
    "stages_ended",
    `select id, coalesce(finished_at < now() - make_interval(secs => $2), false) as ended from attempts where id = any($1)`,
    [attempts, endedSeconds],
  );
  const known = new Set(rows.map(({ id }) => id));
  return {
    ended: new Set(rows.flatMap(({ id, ended }) => (ended ? [id] : []))),
    unknown: new Set(attempts.filter((id) => !known.has(id))),
  };
}

/** Programs, and folders with their files and secrets, that no attempt under way owns. Each machine asks for itself. */
export async function sweepStages(now = Date.now()): Promise<{ programs: number; folders: number }> {
  let programs = 0;
  for (const name of runtimesHere()) programs += await sweepPrograms(name, now);
  return { programs, folders: await sweepFolders(now) };
}

/** Since when each was seen of which no row says anything. */
const strangers = new Map<string, number>();

async function sweepPrograms(name: Runtime["name"], now: number): Promise<number> {
  let count = 0;
  try {
    const runtime = await runtimeNamed(name);
    if (name !== "process" && (await runtime.check()) !== null) return 0;
    const found = (await runtime.list()).filter(
      ({ labels }) => name === "process" || labels.installation === installationId(),
    );
    const { ended, unknown } = await sorted(found.map(({ labels }) => labels.attempt));
    for (const { handle, labels } of found) {
      if (unknown.has(labels.attempt)) {
        const since = strangers.get(handle) ?? now;
        strangers.set(handle, since);
        if (now - since < unknownMs) continue;
      } else if (!ended.has(labels.attempt)) continue;
      logger.warn({ attempt: labels.attempt, runtime: name }, "removing a program that nobody owns");
      await runtime.remove(handle);
      strangers.delete(handle);
      count++;
    }
  } catch (error) {
    // An engine that is away is asked again in the next round.
    if (!(error instanceof SluiceError)) throw error;
    logger.warn({ runtime: name, error: error.message }, "programs that nobody owns could not be looked for");
  }
  return count;
}

async function sweepFolders(now: number): Promise<number> {
  const names = await readdir(attemptsFolder()).catch(() => []);
  const { ended, unknown } = await sorted(names.filter((name) => /^[0-9a-z]{26}$/.test(name)));
  let count = 0;
  for (const name of names) {
    const folder = path.join(attemptsFolder(), name);
    const age =
      now -
      (await stat(folder).then(
        (info) => info.mtimeMs,
        () => now,
      ));
    const gone = name.startsWith("t-") ? age > tableMs : ended.has(name) || (unknown.has(name) && age > unknownMs);
    if (!gone) continue;
    if (name.startsWith("t-")) await rm(folder, { recursive: true, force: true });
    else await removeFolders(name);
    count++;
  }
  return count;
}
