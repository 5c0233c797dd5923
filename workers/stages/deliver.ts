import { lstat } from "node:fs/promises";
import path from "node:path";
import { type Delivery, deliveryBytes, deliverySchema } from "@/lib/deliveries/schema";
import type { Manifest } from "@/lib/operators/schema";
import { SluiceError } from "@/lib/platform/errors";
import { isMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import type { StartedAttempt } from "@/lib/runs/lease";
import { handOver, parsed, readOwn } from "./outputs";
import type { OwnAttempt } from "./own-attempt";
import { storeAnswers, withStore } from "./patience";
import { StageFailure } from "./stage-failure";

/** What a stage wants delivered of what it wrote, after its outputs lie in the store. Answers what was, as metrics; null: it is ours no more, or stopped. */
export async function deliverFrom(
  own: OwnAttempt,
  started: StartedAttempt,
  { manifest, secrets, hide }: { manifest: Manifest; secrets: Record<string, string>; hide: readonly string[] },
  out: string,
): Promise<Record<string, number> | null> {
  // A trial leaves no trace outside, whatever its program says.
  if (!manifest.delivers || started.dry) return {};
  const text = await readOwn(path.join(out, "deliver.json"), deliveryBytes);
  if (text === null) return {};
  const wanted: Delivery = parsed("deliver.json", text, deliverySchema);
  const puts = [];
  for (const [n, { file, path: place, format, rows }] of wanted.files.entries()) {
    const from = path.join(out, "deliver", file);
    // The same for whoever goes on with this attempt, who finds there what is no more here.
    const key = `files/${started.id}-${n}`;
    const info = await lstat(from).catch(() => null);
    if (info ? !info.isFile() : !(await withStore(own, () => isStored(key))))
      throw new StageFailure({ cause: "invalid_output", message: `out/deliver/${file} is not a plain file.` }, "again");
    const handed = await withStore(own, () =>
      handOver({ key, file: from, secrets: hide, called: `out/deliver/${file}` }),
    );
    puts.push({ path: place, storeKey: key, format, rows, ...handed });
  }
  // Loads Prisma, which most stages have no need of.
  const { deliver } = await import("@/lib/deliveries/deliver");
  const done = await deliver(own.queued, started, wanted, puts, secrets).catch((error: unknown) => {
    if (!(error instanceof SluiceError) || error.code === "unavailable") throw error;
    throw new StageFailure({ cause: "not_allowed", message: error.message }, "final");
  });
  return done && Object.fromEntries(Object.entries(done).filter(([, count]) => count > 0));
}

const isStored = (key: string): Promise<boolean> =>
  store()
    .local(key)
    .then(
      () => true,
      async (error: unknown) => {
        if (isMissing(error) && (await storeAnswers())) return false;
        throw error;
      },
    );
