import { type Context, StageError, type Told } from "./context";
import { fileRows } from "./file-rows";
import { lakeOf } from "./lake/client";
import { loadFiles } from "./lake/write";
import { planOf } from "./plan";
import { open } from "./warehouse";
import { write } from "./write/write";

/** Writes an input's rows to a table. */
export async function load(context: Context): Promise<Told> {
  const plan = planOf(context);
  const input = context.inputs.rows;
  if (!input) throw new StageError("Connect an output of another stage to the input rows.", { field: "rows" });
  const lake = lakeOf(context, "rows");
  if (lake) return loadFiles(lake, context, plan, input);
  const client = await open(context, "warehouse");
  return write(client, context, plan, (there) => fileRows(input, there, plan.mode === "replace"));
}
