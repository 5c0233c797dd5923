import type { Column } from "@/lib/warehouses/adapter";

/** A column as the protocol describes it (`Protocol::ColumnDefinition41`). */
export interface Field {
  name: string;
  columnType: number;
  columnLength: number;
  decimals: number;
  flags: number;
  /** 63: bytes without a character set. */
  characterSet: number;
  /** MariaDB's own: `uuid`, `inet6`, `point`. */
  extendedTypeName?: string;
  /** MariaDB's: `json`. */
  extendedFormat?: string;
}

const unsignedFlag = 0x20;
const binary = 63;
const bit = 16;
/** The protocol's number of each type that has a width of its own, and of its unsigned kind. */
const whole: Record<number, [string, string, string]> = {
  1: ["smallint", "smallint", "TINYINT"],
  2: ["smallint", "integer", "SMALLINT"],
  3: ["integer", "bigint", "INT"],
  8: ["bigint", "numeric(20,0)", "BIGINT"],
  9: ["integer", "integer", "MEDIUMINT"],
  13: ["smallint", "smallint", "YEAR"],
};
const others: Record<number, string> = {
  4: "real",
  5: "double precision",
  6: "text",
  7: "timestamp without time zone",
  10: "date",
  // 838 hours, and below nothing: a span, and no time of a day.
  11: "interval",
  12: "timestamp without time zone",
  14: "date",
  245: "json",
  255: "bytea",
};

export function columnOf(field: Field): Column {
  const { name, columnType, flags, decimals, columnLength } = field;
  const unsigned = (flags & unsignedFlag) !== 0;
  const number = whole[columnType];
  if (number) {
    const [signed, without, engine] = number;
    return { name, type: unsigned ? without : signed, engineType: unsigned ? `${engine} UNSIGNED` : engine };
  }
  if (columnType === 0 || columnType === 246) {
    const digits = columnLength - (decimals > 0 ? 1 : 0) - (unsigned ? 0 : 1);
    return { name, type: `numeric(${digits},${decimals})`, engineType: `DECIMAL(${digits},${decimals})` };
  }
  if (columnType === bit) return { name, type: `bit(${columnLength})` };
  const { extendedTypeName, extendedFormat } = field;
  if (extendedFormat === "json") return { name, type: "json" };
  if (extendedTypeName === "uuid") return { name, type: "uuid" };
  if (/^inet/.test(extendedTypeName ?? "")) return { name, type: "inet", engineType: extendedTypeName?.toUpperCase() };
  const other = others[columnType];
  if (other) return { name, type: other };
  // Texts of any length, ENUM and SET; or bytes.
  return { name, type: isBytes(field) ? "bytea" : "text" };
}

const isBytes = ({ columnType, characterSet }: Field) =>
  characterSet === binary && [15, 249, 250, 251, 252, 253, 254, 255].includes(columnType);

/** How a cell's bytes become the text that its type is written as; null where they are that text. */
export function textOf(field: Field): ((cell: Buffer) => Buffer) | null {
  if (field.columnType === bit) {
    const width = field.columnLength;
    return (cell) =>
      Buffer.from(
        BigInt(`0x0${cell.toString("hex")}`)
          .toString(2)
          .padStart(width, "0"),
      );
  }
  return columnOf(field).type === "bytea" ? (cell) => Buffer.from(`\\x${cell.toString("hex")}`) : null;
}
