import type pg from "pg";
import type { Column } from "@/lib/warehouses/adapter";
import { Exchange, type Wire } from "./exchange";

export interface Description {
  /** Null for a statement that returns no rows. */
  fields: pg.FieldDef[] | null;
  parameters: number;
}

/**
 * Parse and Describe of one text alone. The server refuses several commands here, and gives errors at their
 * position in that text. Our own statements, such as those that begin the transaction, go before it in the same trip.
 */
class Describe extends Exchange<Description> {
  private readonly description: Description = { fields: null, parameters: 0 };

  constructor(
    private readonly sql: string,
    private readonly before: string[],
  ) {
    super();
  }

  protected send(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const onParameters = (message: { parameterCount: number }) => {
      this.description.parameters = message.parameterCount;
    };
    wire.on("parameterDescription", onParameters);
    const forget = () => wire.removeListener("parameterDescription", onParameters);
    this.done.then(forget, forget);
    // One packet: each write wakes the other side.
    wire.stream.cork();
    for (const text of this.before) {
      wire.parse({ text });
      wire.bind({});
      wire.execute({});
    }
    wire.parse({ text: this.sql });
    wire.describe({ type: "S" });
    wire.sync();
    wire.stream.uncork();
  }

  override handleRowDescription(message: { fields: pg.FieldDef[] }): void {
    this.description.fields = message.fields;
  }

  protected result(): Description {
    return this.description;
  }
}

export function describe(client: pg.Client, sql: string, before: string[]): Promise<Description> {
  return client.query(new Describe(sql, before)).done;
}

// OIDs below 10000 are given by hand and mean the same on every server. Those up to 16384 are given when a major version
// is built (information_schema's types are among them), so another server may mean another type.
const builtIn = new Map<string, string>();

/** Names of types with their modifiers; only types not yet seen cost a trip. */
export async function columnsOf(
  client: pg.Client,
  fields: pg.FieldDef[],
  ownTypes: Map<string, string>,
): Promise<Column[]> {
  const cache = (oid: number) => (oid < 10_000 ? builtIn : ownTypes);
  const key = (field: pg.FieldDef) => `${field.dataTypeID}, ${field.dataTypeModifier}`;
  const missing = new Map(
    fields.filter((field) => !cache(field.dataTypeID).has(key(field))).map((field) => [key(field), field.dataTypeID]),
  );
  // In slices: a select list has 1,664 places at most. The text is made of two integers each.
  const wanted = [...missing];
  for (let at = 0; at < wanted.length; at += 500) {
    const slice = wanted.slice(at, at + 500);
    const text = `select ${slice.map(([pair]) => `pg_catalog.format_type(${pair})`).join(", ")}`;
    const { rows } = await client.query<(string | null)[]>({ text, rowMode: "array" });
    slice.forEach(([pair, oid], index) => {
      cache(oid).set(pair, rows[0]?.[index] ?? "???");
    });
  }
  return fields.map((field) => ({ name: field.name, type: cache(field.dataTypeID).get(key(field)) ?? "???" }));
}
