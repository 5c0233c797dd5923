import type { Manifest } from "@/lib/operators/schema";

type Connected = Manifest["connections"][number];

/** Engines as people call them. */
const called: Record<string, string> = {
  postgres: "PostgreSQL",
  redshift: "Redshift",
  bigquery: "BigQuery",
  mysql: "MySQL or MariaDB",
  duckdb: "a lake",
};
const nameOf = (engine: string) => called[engine] ?? engine;

/** Of engines that queries reach, and stages do not in this way: why, and what to do instead. */
const instead: Record<string, Partial<Record<Connected["role"], { why: string; fix: string }>>> = {
  redshift: {
    reader: {
      why: " Redshift is queried, and no stage reads it: it has no COPY TO STDOUT, by which rows come.",
      fix: "Let Redshift UNLOAD the rows as Parquet to where load-file can fetch them from an address. ",
    },
    writer: {
      why: " Redshift takes no rows by COPY FROM STDIN, by which stages write, and is not written to by any.",
      fix: "Let export keep the rows as a file, which Redshift's own COPY takes once it lies in S3. ",
    },
  },
  bigquery: { writer: { why: "", fix: "The operator bigquery writes there, by SQL over what BigQuery has. " } },
  mysql: { writer: { why: " MySQL and MariaDB are read from, and not written to.", fix: "" } },
};

/** Null where a stage of this operator works with the engine. */
export function engineProblem(
  operator: string,
  { role, engines }: Connected,
  warehouse: { name: string; engine: string },
): { message: string; fix: string } | null {
  const { name, engine } = warehouse;
  if (!engines || engines.includes(engine)) return null;
  const { why = "", fix = "" } = instead[engine]?.[role] ?? {};
  return {
    message: `${operator} cannot work with ${nameOf(engine)}, which ${name} is.${why}`,
    fix: `${fix}${operator} works with ${engines.map(nameOf).join(", ")}.`,
  };
}
