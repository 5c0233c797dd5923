import { dryOf, type Field, type Manifest, tableOf } from "@/lib/operators/schema";
import { tableNames } from "@/lib/queries/tables";
import type { PipelineDocument, Stage } from "./schema";

/** Which tables a pipeline's stages write and read, as far as its document and its operators' forms say it. Pure. */

export interface TableAt {
  /** Its name, as documents have it. */
  warehouse: string;
  /** `schema.table` */
  table: string;
}

type Pins = Record<string, { manifest: Manifest }>;

const textOf = ({ params }: Stage, name: string | undefined) => {
  const value = name === undefined ? undefined : params?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};
const isTable = (text: string) => /^[^.\s{}]+\.[^.\s{}]+$/.test(text);

export function tablesWritten({ stages }: PipelineDocument, pins: Pins): TableAt[] {
  return stages.flatMap((stage) => {
    const { writes } = pins[stage.operator]?.manifest ?? {};
    const [warehouse, table] = [textOf(stage, writes?.warehouse), textOf(stage, tableOf(writes))];
    return warehouse && table && isTable(table) ? [{ warehouse, table }] : [];
  });
}

/**
 * Whether a stage leaves something where nobody's reading of it is seen here: a mail, a webhook, a file, or tables that its form
 * does not name.
 */
export function leavesUnseen(stage: Stage, manifest: Manifest): boolean {
  if (manifest.delivers) return true;
  const document = { name: "", stages: [stage] };
  return (
    dryOf(manifest, stage.params) !== "runs" && tablesWritten(document, { [stage.operator]: { manifest } }).length === 0
  );
}

/**
 * Tables that a form asks for, and those that SQL names.
 * @param home the schema for which a bare name is taken, in a warehouse of that name
 */
export function tablesRead(
  { stages }: PipelineDocument,
  pins: Pins,
  home: (warehouse: string) => string = () => "public",
): TableAt[] {
  return stages.flatMap((stage) => {
    const manifest = pins[stage.operator]?.manifest;
    if (!manifest) return [];
    return Object.entries(manifest.parameters.properties).flatMap(([name, field]) => {
      const value = name === tableOf(manifest.writes) ? undefined : textOf(stage, name);
      const warehouse = textOf(stage, warehouseOf(manifest, field));
      return value === undefined || warehouse === undefined
        ? []
        : named(field, value, home(warehouse)).map((table) => ({ warehouse, table }));
    });
  });
}

const warehouseOf = ({ connections }: Manifest, field: Field) =>
  field["x-warehouse"] ?? field["x-options"]?.of ?? connections[0]?.parameter;

function named(field: Field, value: string, home: string): string[] {
  if (field["x-widget"] === "table") return isTable(value) ? [value] : [];
  if (field["x-widget"] !== "sql") return [];
  return tableNames(value, "postgres").map(({ schema, name }) => `${schema ?? home}.${name}`);
}
