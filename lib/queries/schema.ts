import { z } from "zod";
import { callbackSchema, lanes, parameterName, sqlText, timeZone } from "@/lib/executions/schema";

/** Shapes of saved queries on the wire. Pure: the browser uses them too. */

const maxText = 1024 * 1024;
const short = z.string().max(10_000);
const label = z.string().trim().max(200).optional();

const option = z.strictObject({ value: short, label: label });
const options = z
  .array(option)
  .min(1, "Give at least one option.")
  .max(1_000, "A list may have 1,000 options at most.");

const common = {
  name: parameterName,
  label,
  /** Without a value the query is not run. */
  required: z.boolean().optional(),
};
const several = z.array(short).max(1_000);

/**
 * What a saved query asks for, in the order of its form. `default` is what stands where the reader says nothing; of
 * dates it may be relative ("last 7 days", "yesterday") and is resolved when the query is run.
 */
export const parameterSchema = z.discriminatedUnion("type", [
  z.strictObject({ ...common, type: z.literal("text"), default: z.string().max(maxText).optional() }),
  z.strictObject({ ...common, type: z.literal("number"), default: short.optional() }),
  z.strictObject({ ...common, type: z.literal("date"), default: short.optional() }),
  /** Binds {{name.from}} and {{name.to}}, the second excluded. */
  z.strictObject({ ...common, type: z.literal("dateRange"), default: short.optional() }),
  z.strictObject({ ...common, type: z.literal("list"), options, default: short.optional() }),
  /** Binds an array: `= any({{name}})`. */
  z.strictObject({ ...common, type: z.literal("multi"), options, default: several.optional() }),
  z.strictObject({
    ...common,
    type: z.literal("queryList"),
    /** Id of the saved query whose rows are the options. */
    query: z.string().min(1).max(100),
    /** Its column with the values, by name; the first without one. */
    column: z.string().max(200).optional(),
    labelColumn: z.string().max(200).optional(),
    multi: z.boolean().optional(),
    /** Its parameters that take the values of ours: {theirs: ours}. */
    dependsOn: z.record(parameterName, parameterName).optional(),
    default: z.union([short, several]).optional(),
  }),
]);
export type Parameter = z.infer<typeof parameterSchema>;

/** What a version of a query is made of. */
export interface QueryText {
  title: string;
  description: string;
  sql: string;
  parameters: Parameter[];
  tags: string[];
}

export const parameterList = z
  .array(parameterSchema)
  .max(50, "50 parameters are the most.")
  .superRefine((all, context) => {
    all.forEach((one, at) => {
      if (all.findIndex(({ name }) => name === one.name) < at)
        context.addIssue({
          code: "custom",
          path: [at, "name"],
          message: `There are two parameters named ${one.name}.`,
        });
      if (one.type !== "queryList") return;
      for (const [theirs, ours] of Object.entries(one.dependsOn ?? {})) {
        const place = all.findIndex(({ name }) => name === ours);
        if (place < 0 || place >= at)
          context.addIssue({
            code: "custom",
            path: [at, "dependsOn", theirs],
            message: `${one.name} can depend on a parameter that stands before it; ${ours} does not.`,
          });
      }
    });
  });

const tag = z
  .string()
  .trim()
  .min(1, "A tag has at least one character.")
  .max(50)
  .regex(/^[^,\n]*$/, "A tag has no comma.");

export const texts = {
  title: z.string().trim().min(1, "Give it a title.").max(200),
  /** Markdown. */
  description: z.string().max(50_000),
  sql: sqlText,
  parameters: parameterList,
  tags: z.array(tag).max(20, "Use 20 tags at most."),
  /** A team's id: its members may edit. Null: the owner alone. */
  team: z.string().min(1).max(100).nullable(),
};

export const saveQuerySchema = z.strictObject({
  title: texts.title,
  description: texts.description.default(""),
  /** By id or name. */
  warehouse: z.string().min(1, "Name a warehouse.").max(200),
  sql: texts.sql,
  /** Left out: one of type text for each {{name}} in the SQL. */
  parameters: parameterList.optional(),
  tags: texts.tags.default([]),
  team: texts.team.default(null),
});
export type SaveQuery = z.infer<typeof saveQuerySchema>;

export const updateQuerySchema = z.strictObject({
  /** The version that this change was made from. When there is a newer one, the change is refused and nothing is lost. */
  version: z.number().int().min(1).max(1_000_000_000).optional(),
  title: texts.title.optional(),
  description: texts.description.optional(),
  warehouse: z.string().min(1, "Name a warehouse.").max(200).optional(),
  sql: texts.sql.optional(),
  parameters: parameterList.optional(),
  tags: texts.tags.optional(),
  team: texts.team.optional(),
  /** A person's id: hands the query over. */
  owner: z.string().min(1).max(100).optional(),
  archived: z.boolean().optional(),
});
export type UpdateQuery = z.infer<typeof updateQuerySchema>;

/** What a reader gives: text as in a form or a URL, several for a choice of several; numbers and booleans from programs. */
const givenValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.union([z.string(), z.number()]))]);
export const givenValues = z.record(z.string().max(100), givenValue);
export type GivenValues = z.infer<typeof givenValues>;

export const runSavedSchema = z.strictObject({
  parameters: givenValues.default({}),
  /** The latest without it. */
  version: z.number().int().min(1).max(1_000_000_000).optional(),
  maxAgeSeconds: z.number().int().min(0).max(31_536_000).optional(),
  lane: z.enum(lanes).optional(),
  limit: z.number().int().min(0).max(2_147_483_646).optional(),
  timeZone: timeZone.optional(),
  callback: callbackSchema.optional(),
});
export type RunSaved = z.infer<typeof runSavedSchema>;

const named = z.object({ id: z.string(), name: z.string() });

export const queryItem = z.object({
  id: z.string(),
  url: z.string(),
  title: z.string(),
  /** In lists the first 300 characters. */
  description: z.string(),
  warehouse: named.extend({ engine: z.string() }),
  tags: z.array(z.string()),
  /** `schema.table` of what it reads, as far as the text tells. */
  tables: z.array(z.string()),
  version: z.number(),
  owner: z.object({ user: named, team: named.nullable() }),
  /** Who vouched for this version, and when; null also after an edit. */
  verified: z.object({ by: z.string(), at: z.string() }).nullable(),
  archivedAt: z.string().nullable(),
  favourite: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type QueryItem = z.infer<typeof queryItem>;

export const queryView = queryItem.extend({
  sql: z.string(),
  parameters: z.array(parameterSchema),
  may: z.object({ edit: z.boolean(), run: z.boolean(), verify: z.boolean() }),
});
export type QueryView = z.infer<typeof queryView>;

export const queryVersionView = z.object({
  number: z.number(),
  title: z.string(),
  /** In lists the first 2,000 characters of this and of the SQL. */
  description: z.string(),
  sql: z.string(),
  /** Whether more SQL follows, which the version itself has. */
  sqlCut: z.boolean(),
  parameters: z.array(parameterSchema),
  tags: z.array(z.string()),
  author: named,
  createdAt: z.string(),
  /** Whether an owner vouches for this one. */
  verified: z.boolean(),
});
export type QueryVersionView = z.infer<typeof queryVersionView>;

const number = z.number().int().min(1).max(1_000_000_000);
/** Asks a query for the options of a field. */
export const choicesSchema = z.strictObject({
  parameters: givenValues.default({}),
  /** The saved query whose form the field is in: whoever may run that one by a share needs its lists, too. */
  form: z.string().min(1).max(100).optional(),
  /** By name; the first without one. */
  column: z.string().max(200).optional(),
  labelColumn: z.string().max(200).optional(),
  timeZone: timeZone.optional(),
  /** Not from a stored answer. */
  refresh: z.boolean().optional(),
});
export type AskChoices = z.infer<typeof choicesSchema>;

export const choicesView = z.object({
  choices: z.array(z.object({ value: z.string(), label: z.string() })),
  /** Whether the list has more than these. */
  more: z.boolean(),
  at: z.string(),
});
export type Choices = z.infer<typeof choicesView>;

export const restoreSchema = z.strictObject({
  /** The version whose text comes back. */
  number,
  /** The latest version that was looked at. */
  version: number.optional(),
});
export const forkSchema = z.strictObject({ title: texts.title.optional() });
export const verifySchema = z.strictObject({ verified: z.boolean(), version: number.optional() });
export const favouriteSchema = z.strictObject({ favourite: z.boolean() });

/** Values in a query string are one JSON object. */
export const answerQuery = z.strictObject({
  parameters: z
    .string()
    .max(100_000)
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "This must be a JSON object of values by name." });
        return z.NEVER;
      }
    })
    .pipe(givenValues)
    .optional(),
});

export const queriesQuery = z.strictObject({
  /** Words of title, description, SQL, tags, tables or owner; all of them. */
  q: z.string().max(1_000).optional(),
  tag: z.string().max(50).optional(),
  /** A person's id, or `me`. */
  owner: z.string().max(100).optional(),
  team: z.string().max(100).optional(),
  warehouse: z.string().max(200).optional(),
  /** `schema.table`. */
  table: z.string().max(300).optional(),
  favourite: z.enum(["true", "false"]).optional(),
  verified: z.enum(["true", "false"]).optional(),
  archived: z.enum(["true", "false"]).optional(),
  cursor: z
    .string()
    .regex(/^[01]_\d{1,15}_[0-9a-z]{1,64}$/, "Use `next` of the page before.")
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type QueriesQuery = z.infer<typeof queriesQuery>;
