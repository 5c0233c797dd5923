import type { Operation } from "../operation";
import { artifacts } from "./artifacts";
import { boards } from "./boards";
import { charts } from "./charts";
import { erasures } from "./erasures";
import { executions } from "./executions";
import { files } from "./files";
import { gate } from "./gate";
import { logs } from "./logs";
import { operators } from "./operators";
import { auditLog, drafts, serviceAccounts, sessions, teams, tokens, users, views } from "./people";
import { pipelineDocuments } from "./pipeline-documents";
import { pipelines, schemaGrants } from "./pipelines";
import { queries } from "./queries";
import { rights } from "./rights";
import { runs } from "./runs";
import { savedTables } from "./saved-tables";
import { secrets } from "./secrets";
import { comments, inbox, people, requests, shares } from "./sharing";
import { system } from "./system";
import { triggers } from "./triggers";
import { uploads } from "./uploads";
import { usage } from "./usage";
import { warehouses } from "./warehouses";

const groups = {
  system,
  executions,
  queries,
  shares,
  requests,
  comments,
  inbox,
  people,
  charts,
  boards,
  triggers,
  uploads,
  files,
  operators,
  pipelineDocuments,
  warehouses,
  gate,
  tokens,
  sessions,
  views,
  users,
  serviceAccounts,
  teams,
  drafts,
  rights,
  pipelines,
  runs,
  artifacts,
  logs,
  schemaGrants,
  savedTables,
  secrets,
  erasures,
  audit: auditLog,
  usage,
};

/** Every call of the REST API. A test finds each in app/api/v1, and each route there in this list. */
export const operations: { group: string; name: string; operation: Operation }[] = Object.entries(groups).flatMap(
  ([group, members]) =>
    Object.entries(members).map(([name, operation]) => ({ group, name, operation: operation as Operation })),
);
