import { type Context, choice, names, StageError, text } from "./context";
import { tableName } from "./names";
import { type Mode, modes, type Plan } from "./write/writing";

/** Where and how a stage writes, by its parameters `table`, `mode`, `key` and `time_column`. */
export function planOf(context: Context, mode: Mode = choice(context, "mode", modes, "append")): Plan {
  const key = names(context, "key");
  const timeColumn = context.params.time_column;
  if (mode === "merge" && key.length === 0)
    throw new StageError("Say by which columns rows are the same.", { field: "key" });
  return {
    table: tableName(text(context, "table"), "table"),
    mode,
    key,
    timeColumn: mode === "partition-overwrite" ? text(context, "time_column") : timeColumn ? String(timeColumn) : null,
    onlyNew: mode === "replace" && choice(context, "existing", ["replace", "stop"], "replace") === "stop",
  };
}
