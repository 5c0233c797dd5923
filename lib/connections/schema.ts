import { z } from "zod";
import { parameterValues } from "@/lib/executions/schema";
import { unwatchedMinutes } from "@/lib/gate/schema";
import { type ConnectedEngine, formOf, forms } from "@/lib/warehouses/config";
import type { EngineForm } from "@/lib/warehouses/form";

const name = z.string().trim().min(1, "Give it a name.").max(100);
const user = z.string().min(1, "Name the role to sign in with.").max(128);
/** A password, or the JSON key of a service account. */
const secret = z.string().max(20_000);
/** Of an engine that nobody signs in to. */
const noSecret = z.string().max(0, "Nobody signs in to it: leave this out.").default("");

/** What can be connected to, in the order in which it is offered. */
export const engines: readonly string[] = Object.keys(forms);

/** For whoever types settings as texts; undefined for an engine that nobody connects to. */
export function typedAs(engine: string): { numbers: string[]; hasUser: boolean; secret: string | null } | undefined {
  const form = formOf(engine);
  return (
    form && {
      numbers: form
        .fields({ emulators: [] })
        .filter(({ type }) => type === "number")
        .map(({ name }) => name),
      hasUser: Boolean(form.account?.user),
      // What the form calls it; null where nobody signs in.
      secret: form.account?.password ?? null,
    }
  );
}

/** What signs in; the user may be left out where the secret says who it is. */
export function accountShape(form: EngineForm): { user: z.ZodType<string | undefined>; password: z.ZodType<string> } {
  if (form.account === null) return { user: user.optional(), password: noSecret };
  return { user: form.account.user === null ? user.optional() : user, password: secret };
}

export const settings = {
  slots: z.number().int().min(1).max(1_000).optional(),
  perUser: z.number().int().min(0).max(1_000).optional(),
  statementTimeout: z.number().int().min(1).max(604_800).optional(),
  unwatchedMinutes: unwatchedMinutes.optional(),
  retentionDays: z.number().int().min(1).max(36_500).nullable().optional(),
  openToCompany: z.boolean().optional(),
};

/** A role that proves to be a superuser is refused without it. */
const allowSuperuser = z.boolean().optional();

/** What is stored openly and what signs in, in one object as people know it. */
function creates<E extends ConnectedEngine>(engine: E) {
  const form: EngineForm = forms[engine];
  const account = accountShape(form);
  return z.strictObject({
    name,
    allowSuperuser,
    engine: z.literal(engine),
    config: z.strictObject({ ...form.schema.shape, ...account }),
    writer: z.strictObject(account).optional(),
    ...settings,
  });
}

export const createSchema = z.discriminatedUnion("engine", [
  creates("postgres"),
  creates("redshift"),
  creates("bigquery"),
  creates("mysql"),
  creates("duckdb"),
]);

export const updateSchema = z.strictObject({
  name: name.optional(),
  allowSuperuser,
  /**
   * As the engine's config when it is created; what is left out stays. So do passwords, unless they would go somewhere
   * new. Checked by the schema of the warehouse's own engine.
   */
  config: z.unknown().optional(),
  writer: z.strictObject({ user: user.optional(), password: secret.optional() }).nullable().optional(),
  /** New passwords of readers by id. Another host asks for that of every one; the first's may stand in config. */
  readers: z
    .array(z.strictObject({ id: z.string().min(1).max(100), password: secret }))
    .max(1_000)
    .optional(),
  ...settings,
});

function tests<E extends ConnectedEngine>(engine: E) {
  const form: EngineForm = forms[engine];
  return z.strictObject({
    engine: z.literal(engine),
    config: z.strictObject({ ...form.schema.shape, ...accountShape(form), password: secret.optional() }),
    /** With it, a password that is left out is the stored one. */
    warehouse: z.string().min(1).max(100).optional(),
    /** Whether it is to be the writer, who holds rights by design: a superuser is refused all the same. */
    writes: z.boolean().optional(),
    allowSuperuser: z.boolean().default(false),
  });
}

export const testSchema = z.discriminatedUnion("engine", [
  tests("postgres"),
  tests("redshift"),
  tests("bigquery"),
  tests("mysql"),
  tests("duckdb"),
]);

/** The user may be left out where the password says who it is. */
export const readerSchema = z.strictObject({ name, user: user.optional(), password: secret, allowSuperuser });

/** What is left out stays; so does the password. */
export const updateReaderSchema = z.strictObject({
  name: name.optional(),
  user: user.optional(),
  password: secret.optional(),
  allowSuperuser,
});

/** A table that a search by name found. */
export const foundTable = z.object({ warehouse: z.string(), schema: z.string(), name: z.string() });

export const grantSchema = z.strictObject({
  team: z.string().min(1).max(100),
  /** Id or name of a reader; null takes the grant back. Left out: the warehouse's first. */
  reader: z.string().min(1).max(100).nullable().optional(),
});

export const explainSchema = z.strictObject({
  sql: z.string().min(1, "Write some SQL.").max(4_000_000),
  parameters: parameterValues.default({}),
  timeZone: z.string().max(64).optional(),
});

export const estimateView = z.object({
  /** `invalid`: the engine cannot read it, as it stands; `unknown`: the engine does not say, or not now. */
  state: z.enum(["known", "invalid", "unknown", "paused"]),
  /** Rows of tables that would be read, and bytes: what the engine counts. */
  rows: z.number().nullable(),
  bytes: z.number().nullable(),
  words: z.array(z.string()),
  /** Why one may want to think again, and why it would be refused; null where not. */
  warning: z.string().nullable(),
  refusal: z.string().nullable(),
});
export type EstimateView = z.infer<typeof estimateView>;

const role = z.object({ id: z.string(), name: z.string(), user: z.string() });

/** What everybody with a grant sees; the rest is for admins only. */
export const warehouseView = z.object({
  id: z.string(),
  name: z.string(),
  engine: z.string(),
  /** Everybody reads through a reader of their own, over what they may open: there is nothing to connect or to grant. */
  personal: z.boolean(),
  paused: z.boolean(),
  pauseReason: z.string().nullable(),
  openToCompany: z.boolean(),
  statementTimeout: z.number(),
  retentionDays: z.number().nullable(),
  admin: z
    .object({
      config: z.record(z.string(), z.unknown()),
      slots: z.number(),
      perUser: z.number(),
      unwatchedMinutes: z.number().nullable(),
      readers: z.array(role),
      writer: role.nullable(),
      grants: z.array(z.object({ teamId: z.string(), team: z.string(), readerId: z.string() })),
      createdAt: z.string(),
      updatedAt: z.string(),
    })
    .nullable(),
});
export type WarehouseView = z.infer<typeof warehouseView>;

export const testReport = z.object({
  ok: z.boolean(),
  version: z.string().nullable(),
  problem: z.object({ field: z.string(), message: z.string() }).nullable(),
  superuser: z.boolean(),
  warnings: z.array(z.object({ message: z.string(), sql: z.string() })),
});

export const tablesView = z.object({
  fetchedAt: z.string(),
  paused: z.boolean(),
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      kind: z.string(),
      comment: z.string().nullable(),
      rows: z.number().nullable(),
      bytes: z.number().nullable(),
      columns: z.array(
        z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), comment: z.string().nullable() }),
      ),
      foreignKeys: z.array(
        z.object({
          columns: z.array(z.string()),
          schema: z.string(),
          table: z.string(),
          references: z.array(z.string()),
        }),
      ),
    }),
  ),
});
