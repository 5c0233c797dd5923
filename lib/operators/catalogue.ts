import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { checkManifest, type ManifestProblem } from "./check-manifest";
import { imageOperators } from "./image-operators";
import type { Manifest } from "./schema";
import { newestFirst, pick, refParts } from "./versions";

/** An operator that is there: what it says of itself, and the folder with its program. */
export interface Installed {
  manifest: Manifest;
  /** Absolute; null: an image alone (SLUICE_OPERATOR_IMAGES). */
  folder: string | null;
  /** Its image as it will be for ever; null where that is not known. */
  pinned: string | null;
}

/** A folder or an image whose manifest cannot be used. Work that asks for it says so; the others go on. */
export interface Broken {
  id: string;
  problems: ManifestProblem[];
}

export interface Catalogue {
  installed: Installed[];
  broken: Broken[];
}

const file = "operator.json";

/** Ours, and those of SLUICE_OPERATORS, folder after folder. */
const places = () => [path.join(process.cwd(), "operators"), ...env().SLUICE_OPERATORS.map((one) => path.resolve(one))];

let kept: { stamp: string; catalogue: Catalogue; asked: number } | undefined;
/** Between two looks whether a folder has changed. */
const looksMs = 2_000;

/**
 * Everything in the operators' folders, and in images that are operators. A folder that was added, changed or removed is
 * seen within two seconds, an image within ten minutes.
 */
export async function readCatalogue(): Promise<Catalogue> {
  // The clock may have been set back since.
  if (kept && Math.abs(Date.now() - kept.asked) < looksMs) return kept.catalogue;
  const found = (await Promise.all(places().map(foldersIn))).flat();
  const images = await imageOperators(env().SLUICE_OPERATOR_IMAGES);
  const stamp = JSON.stringify([found, images]);
  if (kept?.stamp === stamp) {
    kept.asked = Date.now();
    return kept.catalogue;
  }
  const catalogue: Catalogue = { installed: [], broken: [] };
  for (const { folder } of found) {
    const one = await read(folder);
    if ("manifest" in one) add(catalogue, { manifest: one.manifest, folder, pinned: null });
    else catalogue.broken.push(one);
  }
  for (const one of images) {
    if ("manifest" in one) add(catalogue, { manifest: one.manifest, folder: null, pinned: one.pinned });
    else catalogue.broken.push(one);
  }
  for (const { id, problems } of catalogue.broken) logger.warn({ operator: id, problems }, "operator left out");
  kept = { stamp, catalogue, asked: Date.now() };
  return catalogue;
}

export async function catalogue(): Promise<Manifest[]> {
  return (await readCatalogue()).installed.map(({ manifest }) => manifest);
}

/** By `sql-extract@1` (the newest 1.x), `@1.2` or `@1.2.0`; undefined when there is none. */
export async function operatorOf(ref: string): Promise<Installed | undefined> {
  const { installed } = await readCatalogue();
  const manifest = pick(
    ref,
    installed.map((one) => one.manifest),
  );
  return installed.find((one) => one.manifest === manifest);
}

/**
 * The newest of an id, or by reference.
 * @throws SluiceError not_found; invalid when it is there and its manifest cannot be used
 */
export async function someOperator(idOrRef: string): Promise<Installed> {
  const found = await operatorOf(idOrRef);
  if (found) return found;
  const [id] = refParts(idOrRef);
  const broken = (await readCatalogue()).broken.find((one) => one.id === id)?.problems[0];
  if (broken) throw new SluiceError("invalid", `The manifest of ${id} cannot be used. ${broken.at}: ${broken.message}`);
  throw new SluiceError("not_found", `There is no operator ${idOrRef.slice(0, 100)}. GET /api/v1/operators lists all.`);
}

async function foldersIn(place: string): Promise<{ folder: string; changed: number }[]> {
  const names = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const found = await Promise.all(
    names.sort().map(async (name) => {
      const folder = path.join(place, name);
      const changed = await stat(path.join(folder, file)).then(
        ({ mtimeMs, size }) => mtimeMs + size / 1e9,
        () => null,
      );
      return changed === null ? [] : [{ folder, changed }];
    }),
  );
  return found.flat();
}

async function read(folder: string): Promise<{ manifest: Manifest } | Broken> {
  const id = path.basename(folder);
  try {
    const checked = checkManifest(JSON.parse(await readFile(path.join(folder, file), "utf8")));
    if ("problems" in checked) return { id, ...checked };
    if (checked.manifest.id === id) return checked;
    return { id, problems: [{ at: "id", message: `The folder is called ${id}; give both one name.` }] };
  } catch (error) {
    return { id, problems: [{ at: "", message: `${file} is not JSON: ${(error as Error).message}` }] };
  }
}

/** The same operator in the same version twice is one too many: the first place counts. */
function add(catalogue: Catalogue, one: Installed): void {
  const { id, version } = one.manifest;
  const before = catalogue.installed.find(({ manifest }) => manifest.id === id && manifest.version === version);
  if (before)
    catalogue.broken.push({
      id,
      problems: [{ at: "version", message: `${id} ${version} is in ${before.folder ?? before.manifest.image} too.` }],
    });
  else catalogue.installed.push(one);
  catalogue.installed.sort(
    (a, b) => a.manifest.id.localeCompare(b.manifest.id, "en") || newestFirst(a.manifest, b.manifest),
  );
}
