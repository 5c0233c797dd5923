import { type Context, choice, StageError, type Told, text } from "../context";
import { boundQuery, type Job, Jobs } from "./jobs";

/** A statement of GoogleSQL as a job: one that changes tables by itself, or a query whose rows become a table. */
export async function runBigQuery(context: Context): Promise<Told> {
  const bound = context.sql.sql;
  if (!bound) throw new StageError("Write the SQL.", { field: "sql" });
  const reach = context.connections.warehouse;
  if (!reach) throw new StageError("This stage was given no way to its warehouse.", { field: "warehouse" });
  const jobs = new Jobs(reach, "warehouse");
  const as = choice(context, "as", ["table", "statement"], "table");
  // Which tables it writes to is known to the service alone.
  if (as === "statement" && context.writes?.schemas)
    throw new StageError("A statement could write anywhere: only pipelines that an admin publishes run one.", {
      field: "as",
      hint: "Keep the rows of a query as a table, or ask an admin to publish this pipeline.",
    });
  const query = { ...(await boundQuery(jobs, bound, context.interval.timeZone)), ...mostBytes(context) };
  const dry = (await jobs.dryRun(query)).statistics?.query;
  const kind = dry?.statementType;
  if (as === "table" && kind !== "SELECT")
    throw new StageError(`Only the rows of a query can become a table, and this is ${kind ?? "something else"}.`, {
      field: "sql",
    });
  const reads = Number(dry?.totalBytesProcessed ?? 0);
  if (context.dry)
    return {
      plan: {
        adds: null,
        changes: null,
        deletes: null,
        note: `Would run ${kind ?? "a script"} that reads ${reads} bytes.`,
      },
    };
  const id = await jobs.insert({
    labels: labelsOf(context),
    query: { ...query, ...(as === "table" ? destination(context, jobs.project) : {}) },
  });
  const { statistics } = await jobs.finished(id);
  return told(statistics, as === "table" ? Number((await jobs.page(id)).totalRows ?? 0) : null);
}

function told(statistics: Job["statistics"], rows: number | null): Told {
  const query = statistics?.query;
  const changed = query?.numDmlAffectedRows === undefined ? null : Number(query.numDmlAffectedRows);
  const count = rows ?? changed;
  return {
    ...(count === null ? {} : { rows: count }),
    metrics: {
      bytes_billed: Number(query?.totalBytesBilled ?? 0),
      bytes_processed: Number(query?.totalBytesProcessed ?? 0),
      slot_ms: Number(query?.totalSlotMs ?? 0),
    },
  };
}

function mostBytes({ params }: Context): object {
  const gigabytes = params.most_gigabytes;
  return typeof gigabytes === "number" ? { maximumBytesBilled: String(Math.round(gigabytes * 1e9)) } : {};
}

function destination(context: Context, project: string): object {
  const [datasetId, tableId, ...more] = text(context, "table").split(".");
  if (!datasetId || !tableId || more.length > 0)
    throw new StageError("Name the table as dataset.table.", { field: "table" });
  const schemas = context.writes?.schemas;
  if (schemas && !schemas.includes(datasetId))
    throw new StageError(`This pipeline's team may not write in the data set ${datasetId}.`, {
      field: "table",
      hint: "Ask an admin to grant the data set to the team.",
    });
  return {
    destinationTable: { projectId: project, datasetId, tableId },
    // The service exchanges all rows at the job's end, or none.
    writeDisposition: "WRITE_TRUNCATE",
    createDisposition: "CREATE_IF_NEEDED",
  };
}

/** Small letters, digits, _ and - only. */
function labelsOf({ run, stage, params }: Context): Record<string, string> {
  const word = (value: string) =>
    value
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]/g, "_")
      .slice(0, 63);
  const own = Object.entries((params.labels ?? {}) as Record<string, string>);
  return Object.fromEntries(
    [["pipeline", run.pipeline], ["stage", stage], ...own].map(([k, v]) => [word(k ?? ""), word(String(v))]),
  );
}
