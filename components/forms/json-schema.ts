import type { RJSFSchema, UiSchema } from "@rjsf/utils";
import { formGroups, shown, type Values } from "@/lib/operators/form";
import type { Field, Manifest } from "@/lib/operators/schema";

/** An operator's parameters as the form engine takes them: what is shown now, in its order, each with its widget. Pure. */
export function toForm(parameters: Manifest["parameters"], values: Values): { schema: RJSFSchema; uiSchema: UiSchema } {
  const visible = shown(parameters, values);
  const ordered = formGroups(parameters)
    .flatMap(({ fields, advanced }) => [...fields, ...advanced])
    .filter(({ name }) => visible.has(name));
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(ordered.map(({ name, field }) => [name, plain(field, name)])),
      required: parameters.required.filter((name) => visible.has(name)),
    },
    uiSchema: {
      "ui:order": ordered.map(({ name }) => name),
      ...Object.fromEntries(ordered.map(({ name, field }) => [name, uiOf(field)])),
    },
  };
}

/** Without our own keywords; what the engine needs a title for gets its name. */
function plain(field: Field, name: string): RJSFSchema {
  const { items, properties, additionalProperties, default: _default, ...rest } = field;
  const own = Object.entries(rest).filter(([key]) => !key.startsWith("x-"));
  return {
    ...Object.fromEntries(own),
    title: field.title ?? words(name),
    ...(items ? { items: plain(items, "entry") } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, plain(one, key)])) }
      : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === "boolean" ? additionalProperties : plain(additionalProperties, "value"),
        }),
  } as RJSFSchema;
}

function uiOf(field: Field): UiSchema {
  const widget = widgetOf(field);
  if (widget) return { "ui:field": "own", "ui:options": { own: field, as: widget } };
  return {
    "ui:options": { orderable: true, ...(field.properties ? { within: field } : {}) },
    ...(field.items ? { items: uiOf(field.items) } : {}),
    ...(field.properties
      ? Object.fromEntries(Object.entries(field.properties).map(([key, one]) => [key, uiOf(one)]))
      : {}),
  };
}

export type WidgetName = (typeof widgetNames)[number];
const widgetNames = [
  ...([
    "code",
    "secret",
    "file",
    "date",
    "cron",
    "mapping",
    "long",
    "names",
    "lookup",
    "yes",
    "choice",
    "amount",
    "line",
  ] as const),
];

/** The widget that draws it; undefined where the engine's own way with lists and objects does. */
export function widgetOf(field: Field): WidgetName | undefined {
  const asked = field["x-widget"];
  if (asked === "sql" || asked === "code") return "code";
  if (asked === "secret" || asked === "file" || asked === "date" || asked === "cron" || asked === "mapping")
    return asked;
  if (asked === "text" || asked === "requirements") return "long";
  if (field.type === "array" && !field.enum && isNames(field)) return "names";
  if (field["x-options"] || asked) return "lookup";
  if (field.type === "object" && !field.properties) return "mapping";
  if (field.type === "boolean") return "yes";
  if (field.enum) return "choice";
  if (field.type === "number" || field.type === "integer") return "amount";
  return field.type === "string" ? "line" : undefined;
}

/** A list of plain texts, whatever they are the names of. */
const isNames = ({ items }: Field) => !items || (items.type === "string" && !items.properties);

/** `time_column` as "Time column". */
export function words(name: string): string {
  const spaced = name
    .replaceAll("_", " ")
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
