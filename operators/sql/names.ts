import { StageError } from "./context";

/** PostgreSQL's names and literals. */

export interface TableName {
  schema: string;
  name: string;
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string =>
  text.includes("\\")
    ? ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
export const shown = ({ schema, name }: TableName): string => `${quoted(schema)}.${quoted(name)}`;
export const said = ({ schema, name }: TableName): string => `${schema}.${name}`;
export const list = (columns: string[]): string => columns.map(quoted).join(", ");

const part = /(?:"((?:[^"]|"")+)"|([^".\s]+))(?:\.|$)/y;

/** `mart.daily`, or with quotes around what is not plain: `mart."Daily"`. @param usual the schema where none is named */
export function tableName(text: string, field: string, usual = "public"): TableName {
  const parts: string[] = [];
  part.lastIndex = 0;
  for (const whole = text.trim(); part.lastIndex < whole.length; ) {
    const found = part.exec(whole);
    if (!found) throw new StageError(`"${text}" is no table. Write it as schema.table.`, { field });
    parts.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (part.lastIndex === whole.length) break;
  }
  const [schema, name] = parts.length === 1 ? [usual, parts[0]] : parts;
  if (!schema || !name || parts.length > 2)
    throw new StageError(`"${text}" is no table. Write it as schema.table.`, { field });
  return { schema, name };
}
