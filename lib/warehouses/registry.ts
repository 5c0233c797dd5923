import { SluiceError } from "@/lib/platform/errors";
import type { Adapter } from "./adapter";

/** To add an engine: copy a folder, add a line. Each loads on first use, with its drivers. */
const engines: Record<string, () => Promise<{ adapter: Adapter }>> = {
  postgres: () => import("./postgres"),
  redshift: () => import("./redshift"),
  bigquery: () => import("./bigquery"),
  mysql: () => import("./mysql"),
  duckdb: () => import("./duckdb"),
};

export const engineNames = Object.keys(engines);

/** @throws SluiceError `invalid` for an engine that is not there */
export async function adapterFor(engine: string): Promise<Adapter> {
  const load = Object.hasOwn(engines, engine) ? engines[engine] : undefined;
  if (!load) {
    throw new SluiceError("invalid", `There is no engine "${engine}"; use one of ${engineNames.join(", ")}.`, {
      fields: [{ field: "engine", message: `Use one of ${engineNames.join(", ")}.` }],
    });
  }
  return (await load()).adapter;
}
