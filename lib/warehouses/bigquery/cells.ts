import { type Field, typeOf } from "./types";

/** A value as the service writes it in JSON: a scalar's text, `{v}` of an array, `{f: [{v}]}` of a struct. */
export type Value = string | null | { v: Value }[] | { f: { v: Value }[] };

/** A cell's text; null is NULL. Scalars as GoogleSQL prints them, arrays and structs as JSON. */
export function cellText(value: Value, field: Field): string | null {
  if (value === null || value === undefined) return null;
  if (field.mode === "REPEATED" || typeof value !== "string") return jsonText(value, field);
  return scalar(value, field);
}

function scalar(text: string, field: Field): string {
  switch (typeOf(field)) {
    case "BOOL":
      return text === "true" ? "t" : "f";
    case "TIMESTAMP":
      return instant(text);
    case "DATETIME":
      return shortened(text.replace("T", " "));
    case "TIME":
      return shortened(text);
    default:
      return text;
  }
}

/** Zeros behind the last digit of a second's fraction mean nothing. */
function shortened(time: string): string {
  return time.includes(".") ? time.replace(/\.?0+$/, "") : time;
}

/** Microseconds since 1970, which is how exact instants are asked for, as `2026-01-31 10:00:00.5+00`. */
function instant(text: string): string {
  if (!/^-?\d+$/.test(text)) return text;
  const micros = BigInt(text);
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((micros - fraction) / 1_000n)).toISOString();
  const digits = fraction === 0n ? "" : `.${String(fraction).padStart(6, "0").replace(/0+$/, "")}`;
  return `${iso.slice(0, 19).replace("T", " ")}${digits}+00`;
}

/**
 * As TO_JSON_STRING writes it: a number stands bare where a double holds it exactly, and as a string where it would
 * lose digits.
 */
function jsonText(value: Value, field: Field): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) {
    const element = { ...field, mode: "NULLABLE" };
    return `[${value.map(({ v }) => jsonText(v, element)).join(",")}]`;
  }
  if (typeof value === "object") {
    const parts = value.f.map(({ v }, at) => {
      const inner = field.fields?.[at] ?? { name: `_field_${at + 1}`, type: "STRING" };
      return `${JSON.stringify(inner.name)}:${jsonText(v, inner)}`;
    });
    return `{${parts.join(",")}}`;
  }
  switch (typeOf(field)) {
    case "BOOL":
      return value === "true" ? "true" : "false";
    case "INT64":
      return Number.isSafeInteger(Number(value)) ? value : `"${value}"`;
    case "NUMERIC":
    case "BIGNUMERIC":
      return exactAsDouble(value) ? value : `"${value}"`;
    case "FLOAT64":
      return Number.isFinite(Number(value)) ? value : `"${value}"`;
    case "JSON":
      return value;
    default:
      return JSON.stringify(scalar(value, field));
  }
}

const plain = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

function exactAsDouble(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === plain(text);
}
