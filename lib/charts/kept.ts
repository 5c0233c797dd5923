import { createHash } from "node:crypto";
import { readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { newId } from "@/lib/platform/ids";
import { partsOf } from "@/lib/results/as-parts";
import { derivedPath } from "@/lib/results/derived";
import { readError } from "@/lib/results/read-rows";
import { readChart } from "@/lib/results/readers";
import type { ResultStatement } from "@/lib/results/statement";
import type { StoredPart } from "@/lib/results/stored";
import type { ChartRequest, ProfileRequest } from "./plan";

const deadlineMs = 60_000;
/** Changes with what an answer holds, so that an older one in the cache is left alone. */
const version = 2;

/** A child's answer about a result, asked for once and kept beside the other files that come of the result. */
export async function keptAnswer<Answer>(
  statement: ResultStatement,
  about: unknown,
  request: (parts: StoredPart[]) => ChartRequest | ProfileRequest,
): Promise<Answer> {
  const what = createHash("sha256")
    .update(JSON.stringify([version, about]))
    .digest("hex");
  const file = await derivedPath(statement.statementId, `${what}.chart.json`);
  const kept = await readFile(file, "utf8").catch(() => null);
  if (kept !== null) {
    // Its time of use is what the cache's cap goes by.
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    return JSON.parse(kept) as Answer;
  }
  try {
    const { parts, release } = await partsOf(statement);
    try {
      const answer = await readChart<Answer>({ request: request(parts), deadlineMs });
      const aside = `${file}.${newId()}.part`;
      await writeFile(aside, JSON.stringify(answer), { mode: 0o600 });
      await rename(aside, file).catch(() => rm(aside, { force: true }));
      return answer;
    } finally {
      release();
    }
  } catch (error) {
    throw readError(error);
  }
}
