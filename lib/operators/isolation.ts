import { waysHere } from "@/lib/runtimes/ways-here";
import type { Field, Isolation, Manifest } from "./schema";

/** Whether what it runs was written by whoever makes the pipeline: code of a parameter, or any image. */
export const runsPeoplesCode = (manifest: Manifest): boolean =>
  manifest.peoplesCode === true ||
  manifest.image === null ||
  Object.values(manifest.parameters.properties).some((field: Field) => field["x-widget"] === "code");

/** Whether a wall will stand around its program, by the settings of this installation. */
export function isolationOf(manifest: Manifest): Isolation {
  const ways = waysHere({
    // Without an image of its own the pipeline names one.
    container: manifest.image !== null || Object.hasOwn(manifest.parameters.properties, "image"),
    process: manifest.process !== undefined,
    peoplesCode: runsPeoplesCode(manifest),
  });
  if (!ways.includes("process")) return "isolated";
  return ways.length > 1 ? "perhaps" : "not";
}
