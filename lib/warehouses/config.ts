import { form as bigquery } from "./bigquery/config";
import { form as duckdb } from "./duckdb/config";
import type { ConfigField, EngineForm, ServerSettings } from "./form";
import { form as mysql } from "./mysql/config";
import { form as postgres } from "./postgres/config";
import { form as redshift } from "./redshift/config";

/** The engines that can be connected to, in the order in which they are offered. */
export const forms = { postgres, redshift, bigquery, mysql, duckdb } satisfies Record<string, EngineForm>;

export type ConnectedEngine = keyof typeof forms;

/** Undefined for an engine that nobody connects to. */
export function formOf(engine: string): EngineForm | undefined {
  return Object.hasOwn(forms, engine) ? forms[engine as ConnectedEngine] : undefined;
}

/** Of the one that everybody has (lib/tables/schema.ts) there is nothing to connect. */
export function engineLabel(engine: string, personal = false): string {
  return personal ? "DuckDB, in Sluice" : (formOf(engine)?.label ?? engine);
}

/** As a page hands it to its form. */
export interface ShownForm {
  engine: string;
  label: string;
  fields: ConfigField[];
  account: EngineForm["account"];
  moving: string[];
  writes: boolean;
  slots: number;
  recipe: { title: string; about: string | undefined; text: string };
}

/** @param settings of the warehouse that is shown, for its own engine */
export function shownForms(server: ServerSettings, settings: Record<string, unknown> = {}): ShownForm[] {
  return Object.entries(forms).map(
    ([engine, { label, fields, account, moving, writes, slots, recipe }]: [string, EngineForm]) => ({
      engine,
      label,
      fields: fields(server),
      account,
      moving,
      writes,
      slots,
      recipe: { title: recipe.title, about: recipe.about, text: recipe.text(settings) },
    }),
  );
}
