import { z } from "zod";
import { env } from "@/lib/platform/env";
import { type FieldError, invalidAt, SluiceError } from "@/lib/platform/errors";
import { fieldWords } from "@/lib/platform/field-words";
import { formOf } from "@/lib/warehouses/config";
import type { EngineForm, ServerSettings } from "@/lib/warehouses/form";
import { accountShape } from "./schema";

export type Settings = Record<string, unknown>;

export function serverSettings(): ServerSettings {
  return { emulators: env().BIGQUERY_EMULATORS };
}

/** @throws SluiceError invalid for an engine that nobody connects to */
export function connectedForm(engine: string): EngineForm {
  const form = formOf(engine);
  if (!form) throw invalidAt("engine", `A warehouse of the engine ${engine} has no connection that can be changed.`);
  return form;
}

/** @throws SluiceError invalid at a setting that this server does not allow */
export function refuseSettings(form: EngineForm, settings: Settings): void {
  const refused = form.refuse?.(settings, serverSettings());
  if (refused) throw invalidAt(`config.${refused.field}`, refused.message);
}

/** @throws SluiceError invalid at the writer of an engine that nothing writes to */
export function refuseWriter(form: EngineForm): void {
  if (!form.writes) throw invalidAt("writer", `${form.label} is only read by Sluice: leave the writer out.`);
}

/**
 * The name that an account is kept under: the one that was given, or what its secret says.
 * @param secret undefined where the stored one stays
 * @throws SluiceError invalid at `${path}.password`
 */
export function userOf(
  form: EngineForm,
  account: { user?: string | undefined; password?: string | undefined },
  settings: Settings,
  path: string,
): string | undefined {
  if (!form.userOf || account.password === undefined) return account.user;
  const found = form.userOf(account.password, settings);
  if ("problem" in found) throw invalidAt(path ? `${path}.password` : "password", found.problem);
  return found.user;
}

/** The same where there is nothing stored yet. @throws SluiceError invalid at `${path}.user` when nobody was named */
export function signsIn(
  form: EngineForm,
  account: { user?: string | undefined; password: string },
  settings: Settings,
  path: string,
): string {
  const user = userOf(form, account, settings, path);
  if (user === undefined) throw invalidAt(path ? `${path}.user` : "user", "Name the role to sign in with.");
  return user;
}

/**
 * What a change of a stored connection gives, by its engine's own schema: what is left out stays.
 * @throws SluiceError invalid at each field
 */
export function changedSettings(
  form: EngineForm,
  given: unknown,
): Settings & { user?: string | undefined; password?: string | undefined } {
  const shape = Object.fromEntries(
    Object.entries({ ...form.schema.shape, ...accountShape(form) }).map(([name, field]) => [
      name,
      ((field instanceof z.ZodDefault ? field.unwrap() : field) as z.ZodType).optional(),
    ]),
  );
  const parsed = z.strictObject(shape).safeParse(given, { error: fieldWords });
  if (parsed.success) return parsed.data;
  const fields: FieldError[] = parsed.error.issues.flatMap((issue) => {
    const names = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")];
    const message = issue.code === "unrecognized_keys" ? `${form.label} has no such setting.` : issue.message;
    return names.map((name) => ({ field: name ? `config.${name}` : "config", message }));
  });
  throw new SluiceError("invalid", fields[0]?.message ?? "These settings are not valid.", { fields });
}
