import { z } from "zod";

/** What an operator says of itself (`operators/<id>/operator.json`). Pure: browser, CLI and worker read it alike. */

/** How a stage's tables are kept in files. An input asks for one of them and gets it, whatever the producer wrote. */
export const tableFormats = ["parquet", "csv", "ndjson"] as const;
export type TableFormat = (typeof tableFormats)[number];

export const operatorGroups = ["get", "change", "check", "deliver"] as const;
export type OperatorGroup = (typeof operatorGroups)[number];

/** Pictures that the catalogue can show. */
export const operatorIcons = [
  ...([
    "api",
    "bell",
    "box",
    "chart",
    "check",
    "clock",
    "cloud",
    "code",
    "copy",
    "database",
    "dbt",
    "file",
    "mail",
  ] as const),
  ...(["python", "r", "send", "sql", "table", "transform", "upload", "warehouse"] as const),
] as const;

/** How a parameter is asked for, where its type alone does not say it. */
export const widgets = [
  ...(["sql", "code", "text", "warehouse", "schema", "table", "column", "columns", "cron", "date", "secret"] as const),
  ...(["file", "mapping", "requirements"] as const),
] as const;
export type Widget = (typeof widgets)[number];

/** Where a drop-down's choices come from: `GET /api/v1/operators/{id}/options`. */
export const optionSources = [
  ...(["warehouses", "schemas", "tables", "columns", "uploads", "archives", "secrets", "files"] as const),
] as const;
export type OptionSource = (typeof optionSources)[number];

/** Names of inputs, outputs and parameters: they become names of folders and files. */
export const portName = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "Use a-z, 0-9 and _, a letter first, at most 63.");
const parameterName = z.string().regex(/^[a-z][a-zA-Z0-9_]{0,62}$/, "Use letters, digits and _, a small letter first.");

/** `20m`, `1h`, `90s`, `2d`. */
export const duration = z.string().regex(/^[1-9]\d{0,5}(s|m|h|d)$/, "Write a time as 30s, 20m, 2h or 1d.");
/** `512Mi`, `2Gi`. */
export const memory = z.string().regex(/^[1-9]\d{0,6}(Ki|Mi|Gi)$/, "Write an amount of memory as 512Mi or 2Gi.");
/** Processors, in whole or in parts. */
export const cpu = z.number().min(0.05, "0.05 is the least.").max(256);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export type Scalar = z.infer<typeof scalar>;

/**
 * Whether a parameter is shown, by the values of others: each named one has (one of) the values, or is filled in
 * (`{set: true}`) or not. What is not shown is not asked for, and has no value. Within a list's entry or an object the
 * named ones are its neighbours there.
 */
export const condition = z.record(
  parameterName,
  z.union([scalar, z.array(scalar).min(1), z.strictObject({ set: z.boolean() })]),
);
export type Condition = z.infer<typeof condition>;

const text = (most: number) => z.string().trim().min(1).max(most);

/** Choices that are looked up while the form is filled in. Other values are allowed: the source may be down. */
const lookup = z.strictObject({
  source: z.enum(optionSources),
  /** The parameter that it depends on: of schemas and tables the warehouse, of columns the table. */
  of: parameterName.optional(),
  /** Of warehouses: only those that this may be done with. */
  role: z.enum(["reader", "writer"]).optional(),
});
export type Lookup = z.infer<typeof lookup>;

/**
 * A parameter: the part of JSON Schema (2020-12) that a form can be drawn from. Other keywords are refused, so that none
 * is written and then not kept.
 */
export interface Field {
  type: "string" | "number" | "integer" | "boolean" | "array" | "object";
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: Scalar[];
  /** A longer word for each of `enum`. */
  "x-enumTitles"?: string[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  multipleOf?: number;
  items?: Field;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  properties?: Record<string, Field>;
  required?: string[];
  additionalProperties?: boolean | Field;
  minProperties?: number;
  maxProperties?: number;
  /** Place in the form, smallest first; without one in the order that is written. */
  "x-order"?: number;
  /** The heading that it stands under. */
  "x-group"?: string;
  /** Folded away until somebody asks for more. */
  "x-advanced"?: boolean;
  "x-widget"?: Widget;
  /** Of `code`: what it is written in. */
  "x-language"?: string;
  /** Of `sql`: the parameter that names the warehouse whose SQL it is. */
  "x-warehouse"?: string;
  "x-placeholder"?: string;
  "x-showIf"?: Condition;
  /** Within a list's entry or an object: it is asked for where its neighbours there are so. */
  "x-requiredIf"?: Condition;
  "x-options"?: Lookup;
  /**
   * Whether `{{ … }}` is filled in, always or only under a condition. With the widget `sql` each becomes a bound value.
   * Without it braces are refused where a plain text is asked for, and left alone in `code`.
   */
  "x-template"?: boolean | Condition;
  /** What to do, said when `pattern` does not match. */
  "x-error"?: string;
}

const count = z.number().int().min(0);
export const fieldSchema: z.ZodType<Field> = z.lazy(() =>
  z.strictObject({
    type: z.enum(["string", "number", "integer", "boolean", "array", "object"]),
    title: text(100).optional(),
    description: text(2_000).optional(),
    default: z.unknown().optional(),
    examples: z.array(z.unknown()).optional(),
    enum: z.array(scalar).min(1).optional(),
    "x-enumTitles": z.array(text(200)).optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: z.string().max(1_000).refine(isPattern, "This is no regular expression.").optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    multipleOf: z.number().positive().optional(),
    items: fieldSchema.optional(),
    minItems: count.optional(),
    maxItems: count.optional(),
    uniqueItems: z.boolean().optional(),
    properties: z.record(parameterName, fieldSchema).optional(),
    required: z.array(parameterName).optional(),
    additionalProperties: z.union([z.boolean(), fieldSchema]).optional(),
    minProperties: count.optional(),
    maxProperties: count.optional(),
    "x-order": z.number().optional(),
    "x-group": text(60).optional(),
    "x-advanced": z.boolean().optional(),
    "x-widget": z.enum(widgets).optional(),
    "x-language": z.enum(["python", "r", "sql", "shell", "json", "yaml"]).optional(),
    "x-warehouse": parameterName.optional(),
    "x-placeholder": text(200).optional(),
    "x-showIf": condition.optional(),
    "x-requiredIf": condition.optional(),
    "x-options": lookup.optional(),
    "x-template": z.union([z.boolean(), condition]).optional(),
    "x-error": text(300).optional(),
  }),
);

function isPattern(source: string): boolean {
  try {
    new RegExp(source, "u");
    return true;
  } catch {
    return false;
  }
}

/** An input or output with a name of its own. */
const port = z.strictObject({
  title: text(100),
  description: text(1_000).optional(),
  /** Of an input what the program wants, of an output what it writes. A pipeline may ask for another of either. */
  format: z.enum(tableFormats).optional(),
  required: z.boolean().optional(),
});
export type Port = z.infer<typeof port>;

/** Under `*`: further ones, with names that the pipeline chooses; `true` says any number. */
const further = z.union([
  z.literal(true),
  z.strictObject({
    title: text(100).optional(),
    format: z.enum(tableFormats).optional(),
    least: count.optional(),
    most: count.optional(),
  }),
]);
export type Further = Exclude<z.infer<typeof further>, true>;

const ports = z
  .object({ "*": further.optional() })
  .catchall(port)
  .refine((all) => Object.keys(all).every((name) => name === "*" || portName.safeParse(name).success), {
    error: "Names of inputs and outputs have a-z, 0-9 and _, a letter first.",
  })
  .default({});

/** The named inputs or outputs, and whether there may be others. */
export function portsOf(all: z.output<typeof ports>): { named: Record<string, Port>; further: Further | null } {
  const { "*": others, ...named } = all as { "*"?: true | Further };
  return { named: named as Record<string, Port>, further: others === true ? {} : (others ?? null) };
}

const command = z.array(z.string().min(1).max(4_000)).min(1).max(100);

export const resourcesSchema = z.strictObject({ cpu, memory, timeout: duration });
export type Resources = z.infer<typeof resourcesSchema>;

const parameters = z.strictObject({
  type: z.literal("object"),
  properties: z.record(parameterName, fieldSchema).default({}),
  required: z.array(parameterName).default([]),
  additionalProperties: z.literal(false).default(false),
});

/**
 * Of a stage in a dry run. runs: as ever, over a sample. plans: all but the write, and says what that would do. skipped: not
 * at all, and whoever needs its outputs neither.
 */
export const dryWays = ["runs", "plans", "skipped"] as const;
export type DryWay = (typeof dryWays)[number];

export const operatorId = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "Use a-z, 0-9 and -, a letter first.");
export const operatorVersion = z
  .string()
  .regex(/^(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}$/, "Write a version as 1.0.0.");

export const manifestSchema = z.strictObject({
  id: operatorId,
  version: operatorVersion,
  title: text(100),
  /** One sentence: what goes in, what comes out. */
  summary: text(300),
  /** Markdown. */
  description: text(20_000).optional(),
  group: z.enum(operatorGroups),
  icon: z.enum(operatorIcons),
  inputs: ports,
  outputs: ports,
  /** Parameters whose value names a warehouse: the stage gets a relay for each that has a value. */
  connections: z
    .array(
      z.strictObject({
        parameter: parameterName,
        role: z.enum(["reader", "writer"]),
        /** How many at once. */
        connections: z.number().int().min(1).max(16).optional(),
        /** Kinds of warehouse that the program can talk to; without it all. */
        engines: z.array(text(40)).min(1).optional(),
      }),
    )
    .default([]),
  /** Names of the parameters that say where it writes: what other stages and the rights on schemas are checked by. */
  writes: z
    .union([
      z.strictObject({ warehouse: parameterName, table: parameterName, mode: parameterName.optional() }),
      // Tables that the program itself names.
      z.strictObject({ warehouse: parameterName, schema: parameterName }),
    ])
    .optional(),
  /** Whether the same stage may run twice over the same interval and nothing is doubled. */
  repeatSafe: z.boolean(),
  /** What it does in a dry run, where nothing may be written; unsaid: see `dryOf`. */
  dry: z.enum(dryWays).optional(),
  /** Whether what it leaves in out/deliver.json is delivered. */
  delivers: z.boolean().optional(),
  /**
   * Whether what it runs was written by whoever makes the pipeline, or keeps what it fetches, and not by whoever added the
   * operator. Of a parameter with the widget `code`, and where `image` is null, that is known.
   */
  peoplesCode: z.boolean().optional(),
  /** Whether it is told what it handed on the last time (`before` in context.json). */
  remembers: z.boolean().optional(),
  /** `asked`: the parameter `network` says it, `none` or `outside`; only where `image` is null. */
  network: z.enum(["none", "egress", "asked"]).default("none"),
  resources: resourcesSchema.default({ cpu: 1, memory: "512Mi", timeout: "1h" }),
  /** Null: the parameter `image` names it. */
  image: z.string().max(500).nullable(),
  /** In the container. Empty: the image's own. */
  command: z.array(z.string().max(4_000)).max(100).default([]),
  /** How it runs as a child of the worker, from the operator's own folder; without it not at all. */
  process: z.strictObject({ command }).optional(),
  parameters,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Whether its program is shut in: `perhaps`, where the worker finds an engine for containers. */
export type Isolation = "isolated" | "perhaps" | "not";
/** An operator as this installation offers it. */
export type Offered = Manifest & { isolation: Isolation };

/** The parameter with the one table that it writes; undefined: none, or those of a schema. */
export const tableOf = (writes: Manifest["writes"]): string | undefined =>
  writes && "table" in writes ? writes.table : undefined;

/** Of the parameter `network`, where a manifest leaves it to the stage. */
export const askedNetworks = ["none", "outside"] as const;

/** Whom a stage's program may reach. */
export const networkOf = (
  { network }: Pick<Manifest, "network">,
  params: Readonly<Record<string, unknown>> | undefined,
): "none" | "egress" => (network === "asked" ? (params?.network === "outside" ? "egress" : "none") : network);

/** What becomes of a stage in a dry run. What could leave a trace outside runs only where its manifest says that it does not. */
export const dryOf = (
  manifest: Pick<Manifest, "dry" | "connections" | "network">,
  params?: Readonly<Record<string, unknown>>,
): DryWay => {
  const inside = networkOf(manifest, params) === "none" && manifest.connections.every(({ role }) => role === "reader");
  return manifest.dry ?? (inside ? "runs" : "skipped");
};

/** As the catalogue lists them. */
export const operatorsView = z.object({
  items: z.array(manifestSchema),
  next: z.null(),
  /** Folders and images that were to be operators, and why they cannot be used. */
  broken: z.array(z.object({ id: z.string(), problems: z.array(z.object({ at: z.string(), message: z.string() })) })),
});

/** One choice of a drop-down. */
export const optionView = z.object({
  value: z.string(),
  label: z.string().optional(),
  /** Said beside it: a column's type, a table's number of rows. */
  hint: z.string().optional(),
});
export const optionsView = z.object({
  items: z.array(optionView),
  /** Why there are none, or that they are from before; null when they are fresh. Free text is allowed all the same. */
  note: z.string().nullable(),
  /** When they were read. */
  at: z.string().nullable(),
  more: z.boolean(),
});
export type OptionsView = z.infer<typeof optionsView>;
