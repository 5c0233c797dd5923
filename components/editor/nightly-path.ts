import type { Parameter } from "@/lib/queries/schema";
import type { Statement } from "./statement-at";
import type { TabParameters } from "./use-parameters";

/** Longer, an address may be refused on its way; without them each parameter is asked for as text. */
const mostParameters = 4_000;

/** The builder, filled in from a statement of a tab that the server has. */
export function nightlyPath(
  tab: string,
  warehouse: string,
  { text, start, end }: Statement,
  { of, given }: Pick<TabParameters, "of" | "given">,
): string {
  const asked = JSON.stringify(of(text).map((one) => withUsual(one, given[one.name])));
  // Not `tab`: that is the builder's own, for what it shows.
  const place = { editor: tab, warehouse, from: String(start), to: String(end), stage: "keep" };
  const more: Record<string, string> = asked === "[]" || asked.length > mostParameters ? {} : { parameters: asked };
  return `/pipelines/new?${new URLSearchParams({ ...place, ...more })}`;
}

/** What was given is what is usual. Of choices the pipeline needs none but that. */
function withUsual(one: Parameter, given: string | string[] | undefined): Parameter {
  const usual = given === undefined || given.length === 0 ? one.default : given;
  const bare = { ...one, ...(usual === undefined ? {} : { default: usual }) } as Parameter;
  if (bare.type !== "list" && bare.type !== "multi") return bare;
  const values = [bare.default ?? ""].flat();
  return { ...bare, options: values.map((value) => ({ value })) } as Parameter;
}
