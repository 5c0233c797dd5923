import { mkdir, stat } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { fileOfPipeline } from "@/lib/files/for-pipeline";
import { isMissing } from "@/lib/platform/store/missing";
import { store } from "@/lib/platform/store/open";
import type { stageFile } from "@/lib/runs/context";
import type { StartedAttempt } from "@/lib/runs/lease";
import { uploadForVersion } from "@/lib/uploads/for-version";
import { placed } from "./inputs";
import type { OwnAttempt } from "./own-attempt";
import { storeAnswers, withStore } from "./patience";
import type { Plan } from "./plan";
import { StageFailure } from "./stage-failure";

type StageFile = z.infer<typeof stageFile>;

interface Kept {
  storeKey: string;
  name: string;
  columns?: { name: string; type: string }[] | null;
}

/** Below SLUICE_IN, where no input can be: names of inputs begin with a letter. */
const folderName = ".files";

/** Puts in place what parameters of the widget `file` name, read-only, by names of ours. @throws StageFailure at the field */
export async function placeFiles(
  own: OwnAttempt,
  started: StartedAttempt,
  { manifest, params }: Pick<Plan, "manifest" | "params">,
  folder: string,
): Promise<Record<string, StageFile>> {
  const found: Record<string, StageFile> = {};
  for (const [parameter, field] of Object.entries(manifest.parameters.properties)) {
    if (field["x-widget"] !== "file" || params[parameter] === undefined) continue;
    const { upload, store: stored } = (params[parameter] ?? {}) as { upload?: unknown; store?: unknown };
    const kept: Kept | null =
      typeof upload === "string"
        ? await uploadForVersion(started, upload)
        : typeof stored === "string"
          ? await fileOfPipeline(started.pipeline, stored)
          : null;
    if (!kept) throw missing(parameter, { upload, stored });
    await mkdir(path.join(folder, folderName, parameter), { recursive: true });
    const file = `${folderName}/${parameter}/0`;
    const bytes = await withStore(own, () =>
      take(kept.storeKey, path.join(folder, file)).catch(async (error: unknown) => {
        throw isMissing(error) && (await storeAnswers()) ? missing(parameter, { upload, stored }) : error;
      }),
    );
    found[parameter] = { path: file, name: kept.name, bytes, ...(kept.columns ? { columns: kept.columns } : {}) };
  }
  return found;
}

/** The store's own file where both are on one disk, else a copy. */
async function take(key: string, target: string): Promise<number> {
  const held = await store().hold([key]);
  try {
    const [from = ""] = held.files;
    await placed(from, target);
    return (await stat(target)).size;
  } finally {
    held.release();
  }
}

function missing(field: string, { upload, stored }: { upload?: unknown; stored?: unknown }): StageFailure {
  const named = String(upload ?? stored ?? "").slice(0, 200);
  const [message, hint] =
    stored === undefined
      ? [
          `There is no uploaded file "${named}" of whoever published this pipeline.`,
          "Upload it under Files, by this name, or choose another.",
        ]
      : [
          `No pipeline of this one's team, or owner, keeps a file ${named}.`,
          "Look at its path, and whether what puts it there has run.",
        ];
  return new StageFailure({ cause: "input", message, hint, field }, "final");
}
