import type { Context } from "@/lib/access/context";
import { bindStatement } from "@/lib/executions/parameters";
import { type FieldError, SluiceError } from "@/lib/platform/errors";
import { readValues } from "./parameters";
import { queryFor } from "./row";
import type { Parameter } from "./schema";

/**
 * What a shape cannot say of a query that is about to be saved.
 * @throws SluiceError invalid, at the field
 */
export async function checkQuery(
  ctx: Context,
  query: { engine: string; sql: string; parameters: Parameter[]; team: string | null },
): Promise<void> {
  const now = { now: new Date(), timeZone: "UTC" };
  const names = readValues(
    query.parameters.map(({ default: _, required: __, ...one }) => one as Parameter),
    {},
    now,
  ).values;
  bindStatement(query.engine, query.sql, names);
  const fields: FieldError[] = [];
  for (const [at, one] of query.parameters.entries()) {
    for (const { message } of readValues([{ ...one, required: false }], {}, now).problems)
      fields.push({ field: `parameters.${at}.default`, message });
    if (one.type === "queryList")
      await queryFor(ctx, one.query).catch((error: unknown) => {
        if (!(error instanceof SluiceError)) throw error;
        fields.push({ field: `parameters.${at}.query`, message: error.message });
      });
  }
  if (query.team !== null && ctx.user.role !== "admin" && !ctx.teamIds.includes(query.team))
    fields.push({ field: "team", message: "Choose a team that you are in." });
  if (fields[0]) throw new SluiceError("invalid", fields[0].message, { fields });
}
