import { checkValues } from "@/lib/operators/check-values";
import { effective, isSet, takesTemplate, type Values } from "@/lib/operators/form";
import { near } from "@/lib/operators/near";
import { type Field, type Manifest, portsOf } from "@/lib/operators/schema";
import { newestFirst, refParts } from "@/lib/operators/versions";
import { pathOf } from "@/lib/platform/json-pointer";
import { splitStatements } from "@/lib/warehouses/lexer";
import { lexisOf } from "@/lib/warehouses/lexis";
import { anyImage } from "./any-image";
import { sqlTemplates } from "./interpolation";
import type { Lint, LintedStage } from "./lint";
import { lintKnown } from "./lint-known";
import { checkTemplate, type Names, namesOf, type Place, templateProblems } from "./lint-templates";

/** One stage: its operator, parameters, inputs and outputs by the operator's manifest. */
export function lintStage(lint: Lint, one: LintedStage): void {
  const { manifest, stage, at } = one;
  const place = (...field: (string | number)[]): Place => ({ stage: stage.id, field: ["stages", at, ...field] });
  if (!manifest) {
    const { message, fix } = noOperator(lint, stage.operator);
    lint.say(place("operator"), message, fix);
    return;
  }
  lint.problems.push(...anyImage(one, lint.knows?.anyImage ?? null));
  const params = stage.params ?? {};
  for (const { pointer, message, fix, severity } of checkValues(manifest, params)) {
    lint.say(place("params", ...pathOf(pointer)), message, fix, severity);
  }
  ports(lint, one, "inputs", manifest);
  ports(lint, one, "outputs", manifest);
  if ((stage.retries ?? 0) > 0 && !manifest.repeatSafe)
    lint.say(
      place("retries"),
      `${manifest.id} is not safe to repeat: what it did once it might do twice.`,
      "Set retries: 0. What fails is then tried again by hand.",
    );
  const values = effective(manifest.parameters, params);
  const walk: Walk = { lint, values, names: namesOf(lint, one), place: (path) => place("params", ...path) };
  for (const [name, value] of Object.entries(values))
    if (Object.hasOwn(params, name)) walked(walk, manifest.parameters.properties[name] as Field, value, [name], null);
  if (lint.knows) lintKnown(lint, one, manifest, values, lint.knows);
}

function noOperator({ operators }: Lint, ref: string): { message: string; fix: string } {
  const [id, version] = refParts(ref);
  const there = operators.manifests.filter((one) => one.id === id).sort(newestFirst);
  if (there[0]) {
    const versions = there.map((one) => one.version).join(", ");
    return {
      message: `There is no version ${version} of ${id}; there is ${versions}.`,
      fix: `Use ${id}@${there[0].version.split(".")[0]}.`,
    };
  }
  const broken = operators.broken?.find((one) => one.id === id)?.problems[0];
  if (broken)
    return {
      message: `The operator ${id} cannot be used: its manifest is wrong at ${broken.at || "the beginning"}. ${broken.message}`,
      fix: "Ask the one who installed it to correct it.",
    };
  if (id === "sensor") return { message: "There are no sensors yet.", fix: "Start it by a cron trigger, or by hand." };
  const ids = [...new Set(operators.manifests.map((one) => one.id))];
  const guess = near(id, ids);
  return {
    message: `There is no operator ${id}.`,
    fix: guess ? `Did you mean ${guess}@1?` : `Use one of: ${ids.join(", ")}.`,
  };
}

function ports(lint: Lint, { at, stage }: LintedStage, kind: "inputs" | "outputs", manifest: Manifest): void {
  const { named, further } = portsOf(manifest[kind]);
  const given = Object.keys(stage[kind] ?? {});
  const word = kind === "inputs" ? "input" : "output";
  const place = (...field: string[]): Place => ({ stage: stage.id, field: ["stages", at, kind, ...field] });
  const others = given.filter((name) => !Object.hasOwn(named, name));
  const names = Object.keys(named);
  if (!further)
    for (const name of others) {
      const guess = near(name, names) ?? (names.length === 1 ? names[0] : null);
      const fix = guess
        ? `Did you mean ${guess}?`
        : names.length
          ? `It has ${names.join(", ")}.`
          : `Take it out: ${manifest.id} has no ${kind}.`;
      lint.say(place(name), `${manifest.id} has no ${word} ${name}.`, fix);
    }
  for (const [name, port] of Object.entries(named))
    if (port.required && !given.includes(name)) {
      const fix =
        kind === "inputs"
          ? `Add inputs: {${name}: ${readable(lint, at)}}, from a stage and its output.`
          : `Add outputs: {${name}: ${port.format ?? "parquet"}}.`;
      lint.say(place(), `${stage.id} lacks the ${word} ${name} (${port.title}).`, fix);
    }
  const { least = 0, most = Infinity } = further ?? {};
  if (others.length < least) {
    const fix =
      kind === "inputs"
        ? `Add inputs: {rows: ${readable(lint, at)}}, from a stage and its output.`
        : "Add outputs: {rows: parquet}.";
    lint.say(place(), `${manifest.id} needs ${amount(least, word)}, and ${stage.id} has ${others.length}.`, fix);
  }
  if (further && others.length > most)
    lint.say(
      place(others[most] as string),
      `${manifest.id} takes ${amount(most, word)}.`,
      `Leave ${others.slice(most).join(", ")} out.`,
    );
}

/** An output that a stage could read: of the one above it, since what stands below may read from it already. */
function readable({ stages }: Lint, at: number): string {
  for (const above of stages.toReversed()) {
    const output = Object.keys(above.stage.outputs ?? {})[0];
    if (above.at < at && output) return `${above.stage.id}.${output}`;
  }
  return "extract.rows";
}

const amount = (count: number, word: string) => (count === 1 ? `one ${word}` : `${count} ${word}s`);

interface Walk {
  lint: Lint;
  values: Values;
  names: Names;
  place: (path: (string | number)[]) => Place;
}

/** @param inherited whether templates are filled in around it; null at a parameter itself */
function walked(walk: Walk, field: Field, value: unknown, path: (string | number)[], inherited: boolean | null): void {
  const { lint, values, names, place } = walk;
  const widget = field["x-widget"];
  const templates = inherited || takesTemplate(field, values);
  if (widget === "secret") return;
  if (typeof value === "string") {
    if (widget === "sql") sql(walk, field, value, place(path), templates);
    else if (templates) templateProblems(lint, value, place(path), names);
    else if (widget !== "code") noTemplate(walk, field, value, place(path));
    return;
  }
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) walked(walk, field.items ?? anything, one, [...path, at], templates);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const more = typeof field.additionalProperties === "object" ? field.additionalProperties : anything;
  for (const [key, one] of Object.entries(value)) {
    const known = Object.hasOwn(field.properties ?? {}, key) ? field.properties?.[key] : undefined;
    walked(walk, known ?? more, one, [...path, key], templates);
  }
}

const anything: Field = { type: "string" };

function noTemplate({ lint, values }: Walk, field: Field, value: string, place: Place): void {
  const found = /\{\{[\s\S]*?\}\}/.exec(value)?.[0];
  if (!found) return;
  const others = typeof field["x-template"] === "object" ? Object.keys(field["x-template"]) : [];
  const when = others.length > 0 ? ` where ${others.map((name) => `${name} is “${values[name]}”`).join(" and ")}` : "";
  const name = String(place.field.at(-1));
  lint.say(
    place,
    `Nothing is filled in at ${name}${when}: ${found.slice(0, 60)} would stay as it is.`,
    "Write the value itself.",
  );
}

function sql(walk: Walk, field: Field, value: string, place: Place, templates: boolean): void {
  const { lint, values, names } = walk;
  if (!isSet(value)) return;
  const warehouse = values[field["x-warehouse"] ?? ""];
  const engine = lint.knows?.warehouses.find(({ name }) => name === warehouse)?.engine ?? "postgres";
  const lexis = lexisOf(engine);
  const found = sqlTemplates(value, lexis);
  if (!templates && found.length > 0) {
    noTemplate(walk, field, value, place);
    return;
  }
  for (const one of found) {
    const text = value.slice(one.start, one.end);
    if (one.kind === "broken") lint.say(place, one.message, one.fix);
    else if (one.kind === "quoted")
      lint.say(
        place,
        `The template in ${text.slice(0, 60)} stands within quotes, where nothing is filled in.`,
        "Take the quotes away: it becomes a value, which needs none.",
      );
    else checkTemplate(lint, one.template, place, names);
  }
  // Braces are no SQL: a name stands for each while statements are counted.
  const plain = found.reduceRight((text, { kind, start, end }) => {
    return kind === "template" ? `${text.slice(0, start)}${"x".repeat(end - start)}${text.slice(end)}` : text;
  }, value);
  const count = splitStatements(plain, lexis).length;
  if (count === 0) lint.say(place, "This SQL has no statement.", "Write one.");
  if (count > 1)
    lint.say(place, `This SQL has ${count} statements.`, "Write one; further ones go into stages of their own.");
}
