import { z } from "zod";
import { parameterValues } from "@/lib/executions/schema";
import { configSchema } from "@/lib/warehouses/postgres/config";

export const engines = ["postgres", "redshift"] as const;

const name = z.string().trim().min(1, "Give it a name.").max(100);
const account = { user: z.string().min(1, "Name the role to sign in with.").max(128), password: z.string().max(1_000) };

/** What is stored openly and what signs in, in one object as people know it. */
export const connectionConfig = z.strictObject({ ...configSchema.shape, ...account });

export const settings = {
  slots: z.number().int().min(1).max(1_000).optional(),
  perUser: z.number().int().min(0).max(1_000).optional(),
  statementTimeout: z.number().int().min(1).max(604_800).optional(),
  retentionDays: z.number().int().min(1).max(36_500).nullable().optional(),
  openToCompany: z.boolean().optional(),
};

/** A role that proves to be a superuser is refused without it. */
const allowSuperuser = z.boolean().optional();

export const createSchema = z.strictObject({
  name,
  allowSuperuser,
  engine: z.enum(engines),
  config: connectionConfig,
  writer: z.strictObject(account).optional(),
  ...settings,
});

export const updateSchema = z.strictObject({
  name: name.optional(),
  allowSuperuser,
  /** What is left out stays; so does a password, while host and port stay and tls is no weaker. */
  config: z
    .strictObject({
      host: configSchema.shape.host.optional(),
      port: z.number().int().min(1).max(65_535).optional(),
      database: configSchema.shape.database.optional(),
      tls: configSchema.shape.tls.unwrap().optional(),
      user: account.user.optional(),
      password: account.password.optional(),
    })
    .optional(),
  writer: z.strictObject({ user: account.user, password: account.password.optional() }).nullable().optional(),
  /** New passwords of readers by id. Another host asks for that of every one; the first's may stand in config. */
  readers: z
    .array(z.strictObject({ id: z.string().min(1).max(100), password: account.password }))
    .max(1_000)
    .optional(),
  ...settings,
});

export const testSchema = z.strictObject({
  engine: z.enum(engines),
  config: z.strictObject({ ...configSchema.shape, user: account.user, password: account.password.optional() }),
  /** With it, a password that is left out is the stored one. */
  warehouse: z.string().min(1).max(100).optional(),
  /** Whether it is to be the writer, who holds rights by design: a superuser is refused all the same. */
  writes: z.boolean().optional(),
  allowSuperuser: z.boolean().default(false),
});

export const readerSchema = z.strictObject({ name, ...account, allowSuperuser });

/** What is left out stays; so does the password. */
export const updateReaderSchema = z.strictObject({
  name: name.optional(),
  user: account.user.optional(),
  password: account.password.optional(),
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
