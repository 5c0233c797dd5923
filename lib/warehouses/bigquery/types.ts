import type { Column } from "@/lib/warehouses/adapter";

/** A field as the service describes it; legacy and standard names both occur. */
export interface Field {
  name: string;
  type: string;
  mode?: string;
  fields?: Field[];
  maxLength?: string;
  precision?: string;
  scale?: string;
  rangeElementType?: { type: string };
}

const standardNames: Record<string, string> = {
  INTEGER: "INT64",
  FLOAT: "FLOAT64",
  BOOLEAN: "BOOL",
  RECORD: "STRUCT",
};

/** How each is kept. What is not here has no equal in PostgreSQL, and is text under its own name. */
const kept: Record<string, string> = {
  STRING: "text",
  INT64: "bigint",
  FLOAT64: "double precision",
  BOOL: "boolean",
  // Without a scale: the service prints no zeros behind the last digit.
  NUMERIC: "numeric",
  BIGNUMERIC: "numeric",
  DATE: "date",
  DATETIME: "timestamp without time zone",
  TIME: "time without time zone",
  TIMESTAMP: "timestamp with time zone",
  JSON: "json",
  STRUCT: "json",
  // Its text is not the one that PostgreSQL's intervals are ordered by.
  INTERVAL: "bigquery interval",
};

export function typeOf(field: Field): string {
  return standardNames[field.type] ?? field.type;
}

/** As it is declared: `ARRAY<STRUCT<a INT64, b STRING(10)>>`. */
function declared(field: Field, inArray = false): string {
  if (field.mode === "REPEATED" && !inArray) return `ARRAY<${declared(field, true)}>`;
  const type = typeOf(field);
  if (type === "STRUCT")
    return `STRUCT<${(field.fields ?? []).map((each) => `${each.name} ${declared(each)}`.trim()).join(", ")}>`;
  if (type === "RANGE") return `RANGE<${field.rangeElementType?.type ?? "DATE"}>`;
  const size = field.precision ? [field.precision, field.scale] : [field.maxLength];
  const given = size.filter((each) => each !== undefined && each !== "0");
  return given.length > 0 ? `${type}(${given.join(", ")})` : type;
}

export function columnOf(field: Field): Column {
  const engineType = declared(field);
  const type = field.mode === "REPEATED" ? "json" : (kept[typeOf(field)] ?? engineType);
  return { name: field.name, type, engineType };
}
