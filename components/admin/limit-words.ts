import type { LimitName, LimitPreview, LimitView } from "@/lib/gate/schema";

/** What each limit is called, and what its number counts. */
export const limitLabels: Record<LimitName, string> = {
  running: "Running at once",
  runningPerPerson: "Running at once, each person",
  waiting: "Waiting",
  waitingPerPerson: "Waiting, each person",
  seconds: "Seconds a statement may take",
  rows: "Rows of a result",
  storedBytes: "Bytes of a result's rows",
  rowsRead: "Rows a statement may read, by its plan (PostgreSQL)",
  bytesPerQuery: "Bytes a statement may read (BigQuery)",
  bytesPerDay: "Bytes a person may read a day (BigQuery)",
  requestsPerMinute: "API requests a minute, each token",
  statementsPerHour: "Statements an hour, each token",
};

const queriesAlone = "Of queries alone: stages of pipelines are not bound by it.";
const jobs = "Of queries, and of what stages of pipelines ask BigQuery.";

/** What it binds. */
export const limitNotes: Record<LimitName, string> = {
  running: "Queries, and stages of pipelines that use a warehouse.",
  runningPerPerson: "Queries, and stages of pipelines that use a warehouse.",
  waiting: "What would be over it is refused: queries, and runs of pipelines by their first stages. A schedule waits.",
  waitingPerPerson:
    "What would be over it is refused: queries, and runs of pipelines by their first stages. A schedule waits.",
  seconds: "Of a query, and for how long a stage of a pipeline may hold a warehouse's slot.",
  rows: queriesAlone,
  storedBytes: queriesAlone,
  rowsRead: queriesAlone,
  bytesPerQuery: jobs,
  bytesPerDay: jobs,
  requestsPerMinute: "Whatever they ask for.",
  statementsPerHour:
    "Of queries alone, asked by REST or by an assistant; a kept answer that is given again does not count.",
};

export const scopeOf = ({ scope, title, id }: Pick<LimitView, "scope" | "title" | "id">) =>
  scope === "company" ? "The whole company" : `${scope.charAt(0).toUpperCase()}${scope.slice(1)} ${title ?? id}`;

const units: Record<LimitPreview["unit"], string> = {
  waits: "would have waited longer",
  refusals: "would have been refused",
  stops: "would have been stopped",
  cuts: "would have been cut",
  days: "days would have ended early",
};

/** "In the last 7 days 12 of 340 would have waited longer: Ana 8, Bo 4." */
export function previewWords({ affected, total, unit, people }: LimitPreview): string {
  const of = `${affected.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`;
  const who = people.map(({ name, affected: times }) => `${name} ${times.toLocaleString("en-US")}`).join(", ");
  return `In the last 7 days ${of} ${units[unit]}${who ? `: ${who}` : ""}.`;
}
