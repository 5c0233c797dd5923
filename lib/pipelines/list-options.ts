import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { namedTables, type Seen, searchTables, seenOf, seenSchemas } from "@/lib/connections/catalog";
import { listFiles } from "@/lib/files/data";
import { someOperator } from "@/lib/operators/catalogue";
import { type Field, type Lookup, type Manifest, type OptionsView, tableOf } from "@/lib/operators/schema";
import { invalidAt, SluiceError } from "@/lib/platform/errors";
import { listUploads } from "@/lib/uploads/data";
import { secretNames, usableWarehouses, writableSchemas } from "./known";

type Option = OptionsView["items"][number];

export interface AskOptions {
  /** Within a list `checks.column`. */
  parameter: string;
  /** What the form has so far. */
  values: Record<string, unknown>;
  /** Words that the choices have to hold. */
  q: string;
  team?: string | undefined;
}

const most = 200;

/**
 * Choices of a form's field, from what was last seen of the warehouse. Where it cannot be asked there are the older ones,
 * or none, and a note: the field takes any text.
 * @throws SluiceError not_found (operator), invalid (a parameter without choices)
 */
export async function listOptions(ctx: Context, operator: string, asked: AskOptions): Promise<OptionsView> {
  allow(ctx, "pipeline.read");
  const { manifest } = await someOperator(operator);
  const lookup = fieldAt(manifest, asked.parameter)?.["x-options"];
  if (!lookup) throw invalidAt("parameter", `${manifest.id} has no choices for ${asked.parameter.slice(0, 100)}.`);
  try {
    return await sources[lookup.source](ctx, { ...asked, manifest, lookup });
  } catch (error) {
    // A warehouse that one may not use, or that is gone: said beside the field.
    if (error instanceof SluiceError && ["not_found", "unavailable"].includes(error.code)) return none(error.message);
    throw error;
  }
}

/** `table`, or `checks.0.column` within a list; the place in the list may be left out. */
function fieldAt({ parameters }: Manifest, path: string): Field | undefined {
  let field: Field | undefined = parameters;
  for (const key of path.split(".")) {
    if (field?.items) field = field.items;
    if (/^\d+$/.test(key)) continue;
    field = field?.properties && Object.hasOwn(field.properties, key) ? field.properties[key] : undefined;
  }
  return field;
}

interface Asked extends AskOptions {
  manifest: Manifest;
  lookup: Lookup;
}

const none = (note: string | null): OptionsView => ({ items: [], note, at: null, more: false });

function answer(items: Option[], { at, note }: Seen): OptionsView {
  return { items: items.slice(0, most), note, at: at?.toISOString() ?? null, more: items.length > most };
}

const holds = (text: string, words: string) => text.toLowerCase().includes(words.trim().toLowerCase());
const given = ({ values }: Asked, name: string | undefined) => {
  const value = name === undefined ? undefined : values[name];
  return typeof value === "string" && value !== "" ? value : null;
};
const first = ({ manifest, lookup }: Asked) => {
  const { of = "" } = lookup;
  return none(`Choose ${manifest.parameters.properties[of]?.title ?? of} first.`);
};

const sources: Record<Lookup["source"], (ctx: Context, asked: Asked) => Promise<OptionsView>> = {
  async warehouses(ctx, { manifest, lookup, parameter, q }) {
    const engines = manifest.connections.find((one) => one.parameter === parameter)?.engines;
    const fits = (await usableWarehouses(ctx)).filter(
      ({ engine, writer }) => (lookup.role !== "writer" || writer) && (!engines || engines.includes(engine)),
    );
    const items = fits.filter(({ name }) => holds(name, q)).map(({ name, engine }) => ({ value: name, hint: engine }));
    const what = lookup.role === "writer" ? "has a writer" : "this operator can talk to";
    const note = fits.length === 0 ? `There is no warehouse that ${what}. Ask an admin for one.` : null;
    return answer(items, { at: new Date(), note });
  },

  async schemas(ctx, asked) {
    const warehouse = given(asked, asked.lookup.of);
    if (warehouse === null) return first(asked);
    const seen = await seenOf(ctx, warehouse);
    const all = (await granted(ctx, asked, warehouse)) ?? (await seenSchemas(ctx, warehouse));
    const items = all.filter((schema) => holds(schema, asked.q)).map((value) => ({ value }));
    return answer(items, seen);
  },

  async tables(ctx, asked) {
    const warehouse = given(asked, asked.lookup.of);
    if (warehouse === null) return first(asked);
    const seen = await seenOf(ctx, warehouse);
    const writes = tableOf(asked.manifest.writes) === asked.parameter;
    const schemas = writes ? await granted(ctx, asked, warehouse) : null;
    const found = await searchTables(ctx, warehouse, { words: asked.q, schemas, limit: most + 1 });
    const items = found.map(({ schema, name, rows }) => ({
      value: `${schema}.${name}`,
      ...(rows === null ? {} : { hint: `${rows.toLocaleString("en-US")} rows` }),
    }));
    const where = schemas?.length ? ` in ${schemas.join(" or ")}` : "";
    const note = schemas?.length === 0 ? "Your team may write in no schema there yet. Ask an admin for one." : null;
    return answer(items, {
      ...seen,
      note: seen.note ?? note ?? (writes ? `A new name makes a new table${where}.` : null),
    });
  },

  async columns(ctx, asked) {
    const of = asked.lookup.of ?? "";
    const holder = asked.manifest.parameters.properties[of];
    const [table, warehouse] = [given(asked, of), given(asked, holder?.["x-options"]?.of)];
    if (table === null || warehouse === null) return first(asked);
    const seen = await seenOf(ctx, warehouse);
    const [found] = await namedTables(ctx, warehouse, [table]);
    const items = (found?.columns ?? [])
      .filter(({ name }) => holds(name, asked.q))
      .map(({ name, type }) => ({ value: name, hint: type }));
    return answer(items, {
      ...seen,
      note: seen.note ?? (found ? null : `${table.slice(0, 200)} is not there yet: write the names.`),
    });
  },

  async uploads(ctx, { q }) {
    const { items } = await listUploads(ctx, { q, limit: most + 1, kind: "table" });
    const note = items.length > 0 || q ? null : "Upload a file first, under Files.";
    return answer(
      items.map(({ name, rows }) => ({ value: name, hint: `${rows.toLocaleString("en-US")} rows` })),
      { at: new Date(), note },
    );
  },

  async archives(ctx, { q }) {
    const { items } = await listUploads(ctx, { q, limit: most + 1, kind: "archive" });
    const note = items.length > 0 || q ? null : "Upload a zip or tar.gz first, under Files.";
    return answer(
      items.map(({ name, fileName }) => ({ value: name, hint: fileName })),
      { at: new Date(), note },
    );
  },

  async files(ctx, { q, team }) {
    const { items } = await listFiles(ctx, { q, limit: most + 1 });
    const note = items.length > 0 || q ? null : `No pipeline${team ? "" : " of yours"} keeps a file yet.`;
    return answer(
      items.map(({ path, rows }) => ({
        value: path,
        ...(rows === null ? {} : { hint: `${rows.toLocaleString("en-US")} rows` }),
      })),
      { at: new Date(), note },
    );
  },

  async secrets(ctx, { q, team }) {
    const all = await secretNames(ctx, team);
    const items = all.filter((name) => holds(name, q)).map((value) => ({ value }));
    const note = all.length > 0 ? null : "Store one first: Settings, Secrets.";
    return answer(items, { at: new Date(), note });
  },
};

/** Null: any. */
async function granted(ctx: Context, { team }: AskOptions, warehouse: string): Promise<string[] | null> {
  const all = await writableSchemas(ctx, team);
  return all && (all.get(warehouse) ?? []);
}
