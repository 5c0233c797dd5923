import { isSet, type Values } from "@/lib/operators/form";
import { near, oneOf } from "@/lib/operators/near";
import { type Field, type Lookup, type Manifest, tableOf } from "@/lib/operators/schema";
import type { Knows, Lint, LintedStage } from "./lint";
import { engineProblem } from "./lint-engines";
import type { Place } from "./lint-templates";

/** What a stage names in the world: warehouses, schemas, tables, columns, secrets. Templates are known only later. */
export function lintKnown(lint: Lint, one: LintedStage, manifest: Manifest, values: Values, knows: Knows): void {
  const { stage, at } = one;
  const place = (...path: (string | number)[]): Place => ({
    stage: stage.id,
    field: ["stages", at, "params", ...path],
  });
  const text = (name: string | undefined) => {
    const value = name === undefined ? undefined : values[name];
    return typeof value === "string" && isSet(value) && !value.includes("{{") ? value : undefined;
  };
  warehouses(lint, manifest, text, place, knows);
  target(lint, manifest, text, place, knows);
  for (const [name, field] of Object.entries(manifest.parameters.properties)) {
    for (const { value, path } of secretsIn(field, values[name], [name])) secret(lint, value, place(...path), knows);
    if (field["x-widget"] === "file") upload(lint, field, values[name], place(name), knows);
    if (field["x-widget"] === "table") table(lint, one, manifest, name, field, text, place, knows);
    for (const { lookup, value, path } of lookups(field, values[name], [name]))
      if (lookup.source === "columns" && lookup.of)
        columns(lint, manifest, { of: lookup.of, value, path }, text, place, knows);
  }
}

interface Chosen {
  lookup: Lookup;
  value: unknown;
  path: (string | number)[];
}

/** What was chosen from lists, also within lists of a form. */
function lookups(field: Field, value: unknown, path: Chosen["path"]): Chosen[] {
  if (field["x-options"]) return [{ lookup: field["x-options"], value, path }];
  if (Array.isArray(value))
    return field.items ? value.flatMap((one, at) => lookups(field.items as Field, one, [...path, at])) : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(field.properties ?? {}).flatMap(([key, inner]) =>
    Object.hasOwn(value, key) ? lookups(inner, (value as Values)[key], [...path, key]) : [],
  );
}

/** Names of secrets, also within lists and names with values. */
function secretsIn(field: Field, value: unknown, path: Chosen["path"]): Omit<Chosen, "lookup">[] {
  if (field["x-widget"] === "secret") return [{ value, path }];
  if (typeof value !== "object" || value === null) return [];
  const { items, properties = {}, additionalProperties: more } = field;
  const inner = (key: string) => {
    if (Array.isArray(value)) return items;
    return Object.hasOwn(properties, key) ? properties[key] : typeof more === "object" ? more : undefined;
  };
  return Object.entries(value).flatMap(([key, one]) => {
    const own = inner(key);
    return own ? secretsIn(own, one, [...path, Array.isArray(value) ? Number(key) : key]) : [];
  });
}

type Text = (name: string | undefined) => string | undefined;
type At = (...path: (string | number)[]) => Place;

function warehouses(lint: Lint, manifest: Manifest, text: Text, place: At, knows: Knows): void {
  for (const connected of manifest.connections) {
    const { parameter, role } = connected;
    const name = text(parameter);
    if (name === undefined) continue;
    const found = knows.warehouses.find((one) => one.name === name);
    const usable = knows.warehouses.filter((one) => role === "reader" || one.writer).map((one) => one.name);
    if (!found) {
      const guess = near(name, usable);
      lint.say(
        place(parameter),
        `There is no warehouse ${name} that you may use.`,
        guess ? `Did you mean ${guess}?` : oneOf(usable),
      );
      continue;
    }
    const problem = engineProblem(manifest.id, connected, found);
    // A writer would not help there.
    if (problem) lint.say(place(parameter), problem.message, problem.fix);
    else if (role === "writer" && !found.writer)
      lint.say(
        place(parameter),
        `Nothing can be written to ${name}: it has no writer.`,
        `Ask an admin to add one. ${oneOf(usable)}`,
      );
  }
}

/** The schema of `schema.table`; undefined where there is none. */
const schemaOf = (table: string) => (table.includes(".") ? table.slice(0, table.indexOf(".")) : undefined);

function target(lint: Lint, { writes }: Manifest, text: Text, place: At, knows: Knows): void {
  if (!writes) return;
  const parameter = "table" in writes ? writes.table : writes.schema;
  const [warehouse, named] = [text(writes.warehouse), text(parameter)];
  if (warehouse === undefined || named === undefined) return;
  const schema = "table" in writes ? schemaOf(named) : named;
  if (schema === undefined) {
    lint.say(place(parameter), `${named} does not say its schema.`, `Write mart.${named}.`);
    return;
  }
  // Of a warehouse that is not there, or takes nothing, that is said.
  if (!knows.warehouses.some(({ name, writer }) => name === warehouse && writer)) return;
  const granted = knows.schemas?.(warehouse);
  if (!granted || granted.includes(schema)) return;
  const guess = near(schema, granted);
  lint.say(
    place(parameter),
    `Your team may not write in the schema ${schema} of ${warehouse}.`,
    granted.length === 0
      ? "Ask an admin for a schema."
      : guess
        ? `Did you mean ${guess}?`
        : `${oneOf(granted)} An admin grants others.`,
  );
}

/** The warehouse that a table's parameter belongs to, by what its choices depend on. */
const warehouseOf = (manifest: Manifest, field: Field | undefined) =>
  field?.["x-options"]?.of ?? manifest.connections[0]?.parameter;

function table(
  lint: Lint,
  one: LintedStage,
  manifest: Manifest,
  name: string,
  field: Field,
  text: Text,
  place: At,
  knows: Knows,
): void {
  const [value, warehouse] = [text(name), text(warehouseOf(manifest, field))];
  if (value === undefined || warehouse === undefined || tableOf(manifest.writes) === name) return;
  if (knows.table?.(warehouse, value) !== null || madeHere(lint, one, warehouse, value)) return;
  lint.say(
    place(name),
    `There is no table ${value} in ${warehouse} that you may read.`,
    "Choose another, or ask for access to it.",
  );
}

/** Another stage writes it: it will be there. */
function madeHere(lint: Lint, self: LintedStage, warehouse: string, table: string): boolean {
  return lint.stages.some(({ manifest, stage }) => {
    const { writes } = manifest ?? {};
    if (!writes || stage === self.stage) return false;
    if (stage.params?.[writes.warehouse] !== warehouse) return false;
    if ("table" in writes) return stage.params?.[writes.table] === table;
    return stage.params?.[writes.schema] === schemaOf(table);
  });
}

function columns(
  lint: Lint,
  manifest: Manifest,
  { of, value, path }: { of: string; value: unknown; path: (string | number)[] },
  text: Text,
  place: At,
  knows: Knows,
): void {
  const field = manifest.parameters.properties[of];
  const [table, warehouse] = [text(of), text(warehouseOf(manifest, field))];
  if (table === undefined || warehouse === undefined) return;
  const there = knows.table?.(warehouse, table)?.columns;
  if (!there || there.length === 0) return;
  // What is written may bring columns along that the table does not have yet.
  const severity = tableOf(manifest.writes) === of ? "warning" : "error";
  for (const [at, column] of (Array.isArray(value) ? value : [value]).entries()) {
    if (typeof column !== "string" || !isSet(column) || column.includes("{{") || there.includes(column)) continue;
    const guess = near(column, there);
    const where = Array.isArray(value) ? place(...path, at) : place(...path);
    lint.say(
      where,
      `${table} has no column ${column}.`,
      guess ? `Did you mean ${guess}?` : `It has ${there.slice(0, 20).join(", ")}.`,
      severity,
    );
  }
}

function secret(lint: Lint, value: unknown, place: Place, knows: Knows): void {
  const name = (value as { secret?: unknown } | null | undefined)?.secret;
  if (typeof name !== "string" || !knows.secrets || knows.secrets.includes(name)) return;
  const guess = near(name, knows.secrets);
  lint.say(place, `There is no secret ${name}.`, guess ? `Did you mean ${guess}?` : "Store it first, under this name.");
}

/** What looks like an id may be another's, who has given it. */
const isId = (name: string) => /^[0-9a-z]{26}$/.test(name);

function upload(lint: Lint, field: Field, value: unknown, place: Place, knows: Knows): void {
  const name = (value as { upload?: unknown } | null | undefined)?.upload;
  const { uploads, archives = [] } = knows;
  if (typeof name !== "string" || !uploads || isId(name)) return;
  const isIn = (names: readonly string[]) => names.some((one) => one.toLowerCase() === name.toLowerCase());
  const packed = field["x-options"]?.source === "archives";
  const fitting = packed ? archives : uploads;
  if (isIn(fitting)) return;
  const at = { ...place, field: [...place.field, "upload"] };
  if (isIn(packed ? uploads : archives)) {
    const [is, asked] = packed ? ["a table", "an archive (zip or tar.gz)"] : ["an archive", "a table"];
    const fix = "Choose another of your files.";
    lint.say(at, `Your file "${name}" is ${is}, and ${asked} is asked for here.`, fix);
    return;
  }
  const guess = near(name, fitting);
  const fix = guess ? `Did you mean ${guess}?` : "Upload it under Files, by this name.";
  lint.say(at, `You have no uploaded ${packed ? "archive" : "file"} "${name}".`, fix);
}
