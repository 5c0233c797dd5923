import type { CsvOptions } from "@/lib/tabular/csv";
import { formats } from "@/lib/tabular/schema";
import { declarable } from "@/lib/tabular/typed";
import { type Context, choice, StageError } from "../sql/context";

/** How a file is to be read, as the form says. */
export interface Reading {
  format: "auto" | (typeof formats)[number];
  sheet: string | undefined;
  dialect: NonNullable<CsvOptions["dialect"]>;
  /** By column. */
  types: Record<string, string>;
  leavesOut: boolean;
  /** So many bad rows are left out; one more is too many. */
  leaveOut: number;
}

export function readingOf(context: Context): Reading {
  const { sheet, types = {}, most_bad: most = 1_000 } = context.params;
  const delimiter = choice(context, "delimiter", ["auto", ",", ";", "tab", "|"], "auto");
  const header = choice(context, "header", ["auto", "names", "rows"], "auto");
  const leavesOut = choice(context, "bad_rows", ["fail", "leave-out"], "fail") === "leave-out";
  return {
    format: choice(context, "format", ["auto", ...formats], "auto"),
    sheet: typeof sheet === "string" && sheet !== "" ? sheet : undefined,
    dialect: {
      ...(delimiter === "auto" ? {} : { delim: delimiter === "tab" ? "\t" : delimiter }),
      ...(header === "auto" ? {} : { header: header === "names" }),
    },
    types: typesOf(types),
    leavesOut,
    leaveOut: leavesOut && typeof most === "number" ? most : 0,
  };
}

function typesOf(given: unknown): Record<string, string> {
  const pairs = Object.entries(given as Record<string, unknown>);
  for (const [name, type] of pairs)
    if (typeof type !== "string" || !declarable.test(type))
      throw new StageError(`${name} cannot be ${JSON.stringify(type)}.`, { field: "types" });
  return Object.fromEntries(pairs) as Record<string, string>;
}
