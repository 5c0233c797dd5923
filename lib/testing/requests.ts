import { newId } from "@/lib/platform/ids";

/** Rows that the requests below are about. */
export interface Targets {
  warehouse: string;
  /** A reader of the warehouse that nobody uses. */
  reader: string;
  execution: string;
  /** One that has ended with a row of one column. */
  ended: string;
  /** A saved query of one version, with a parameter `name`. */
  query: string;
  /** A share of the query with the team. */
  share: string;
  /** A chart of that query. */
  chart: string;
  /** A board that shows that query. */
  board: string;
  /** An open request of somebody who may not open the query. */
  request: string;
  /** A comment on `ended`. */
  comment: string;
  /** A schedule of that query. */
  trigger: string;
  /** A file of the one who asks. */
  upload: string;
  /** A file that a pipeline of the one who asks keeps. */
  file: string;
  /** A pipeline of the one who asks, by its name, and a run of it that has failed. */
  pipeline: string;
  run: string;
  /** A pause of one person that holds. */
  pause: string;
  user: string;
  team: string;
  token: string;
  session: string;
  /** A secret, and the team whose it is. */
  secret: string;
  secretTeam: string;
}

export interface SampleRequest {
  params?: Record<string, string>;
  /** Every field that the operation's schema has, each with a value that it takes. */
  body?: Record<string, unknown>;
  /** One of each kind, by what tells the kinds apart, where the operation takes several. */
  bodies?: Record<string, Record<string, unknown>>;
  query?: Record<string, string>;
  /** A body that is no JSON. */
  text?: string;
}

const config = { host: "127.0.0.1", port: 1, database: "d", tls: "disable", user: "reader", password: "secret" };
/** Signs nothing: its private key is none. */
const key = JSON.stringify({
  type: "service_account",
  client_email: "reader@sluice-tests.iam.gserviceaccount.com",
  private_key: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
});
const bigquery = {
  project: "sluice-tests",
  location: "EU",
  maximumBytesBilled: 1_000_000,
  endpoint: "http://127.0.0.1:1",
  user: "reader",
  password: key,
};
const writer = { user: "w", password: "p" };
const reader = () => ({ name: `r ${newId()}`, user: "reader", password: "secret", allowSuperuser: false });
/** One body for each engine. */
function kinds(bodyOf: (engine: string, config: object) => Record<string, unknown>): SampleRequest {
  const bodies = {
    postgres: bodyOf("postgres", config),
    redshift: bodyOf("redshift", config),
    bigquery: bodyOf("bigquery", bigquery),
    mysql: bodyOf("mysql", config),
  };
  return { body: bodies.postgres, bodies };
}

/** A pipeline's document as JSON, which is YAML too. */
const documentOf = (name: string) =>
  JSON.stringify({
    ...{ name, parameters: { name: { type: "text", default: "x" } } },
    stages: [{ id: "a", operator: "noop@1" }],
  });

/** Every field that a chart's spec has. */
const chartOfAll = {
  type: "bar",
  x: "n",
  y: [{ column: "n", aggregate: "sum", axis: "left", as: "line" }],
  series: 0,
  bucket: "day",
  timeZone: "UTC",
  top: 5,
  topSeries: 5,
  other: true,
  stack: "stacked",
  horizontal: false,
  log: ["left"],
  lines: [{ value: 1, label: "target", axis: "left" }],
  sort: "size",
  gaps: "gap",
  bins: 10,
  axes: { x: "bottom", left: "left", right: "right" },
};
const parameters = { name: "text" };

/** One request an operation that is right in every field, by `group.name` as in the OpenAPI document. */
export function sampleRequests(target: Targets): Record<string, SampleRequest> {
  const warehouse = { id: target.warehouse };
  const execution = { id: target.execution };
  const ended = { id: target.ended };
  const query = { id: target.query };
  const text = {
    title: "Learners",
    description: "How **many**",
    warehouse: target.warehouse,
    sql: "select {{name}}",
    parameters: [{ name: "name", type: "text", label: "Name", required: true, default: "x" }],
    tags: ["growth"],
    team: target.team,
  };
  const board = {
    title: "Growth",
    description: "How **many**",
    parameters: text.parameters,
    tiles: [
      { id: "t1", kind: "query", query: target.query, title: "Learners", as: "chart", chart: target.chart, width: 6 },
      { id: "t2", kind: "query", query: target.query, as: "table", parameters: { name: { value: "x" } }, height: 4 },
      { id: "t3", kind: "text", text: "Read **this** first." },
    ],
    team: target.team,
  };
  const limit = { tile: "t1", column: "n", of: "any", is: "above", value: "10", once: true };
  const schedule = {
    ...{ when: "0 8 * * 1-5", zone: "Asia/Kathmandu", parameters, tellWhen: "limit", mailTo: [target.user] },
    webhook: "https://example.com/hook",
  };
  const common = {
    slots: 4,
    perUser: 2,
    unwatchedMinutes: 10,
    statementTimeout: 60,
    retentionDays: 30,
    openToCompany: false,
  };
  return {
    "executions.list": {
      query: {
        q: "select",
        user: "me",
        warehouse: target.warehouse,
        state: "queued",
        from: "2026-01-01T00:00:00Z",
        to: "2030-01-01T00:00:00Z",
        cursor: newId(),
        limit: "5",
        far: "true",
      },
    },
    "executions.submit": {
      query: { wait: "0", rows: "1" },
      body: {
        warehouse: target.warehouse,
        sql: "select {{name}}",
        parameters,
        maxAgeSeconds: 1,
        lane: "api",
        limit: 5,
        timeZone: "UTC",
        callback: { url: "https://hooks.example.com/ended", secret: "a secret to sign with" },
      },
    },
    "executions.read": { params: execution, query: { wait: "0" } },
    "executions.cancel": { params: execution, body: { reason: "enough" } },
    "executions.name": { params: ended, body: { name: "last month" } },
    "executions.rows": {
      params: ended,
      query: { offset: "0", limit: "5", sort: "0:desc", filter: '[{"column":0,"op":"eq","value":1}]', search: "x" },
    },
    "executions.diff": {
      params: { ...ended, b: ended.id },
      query: { key: "n", only: "changed", column: "n", offset: "0", limit: "10" },
    },
    "executions.chart": { params: ended, query: { spec: '{"type":"histogram","x":"n"}' } },
    "executions.profile": { params: ended, query: { offset: "0", limit: "5" } },
    "executions.download": { params: ended, query: { format: "csv", formulas: "keep" } },
    "executions.cell": { params: { ...ended, row: "0", column: "0" } },
    "executions.events": { params: execution },
    "queries.list": {
      query: {
        q: "learners",
        tag: "growth",
        owner: "me",
        team: target.team,
        warehouse: target.warehouse,
        table: "public.one",
        favourite: "true",
        verified: "true",
        archived: "false",
        cursor: `1_1700000000000_${newId()}`,
        limit: "5",
      },
    },
    "queries.create": { body: text },
    "queries.read": { params: query },
    "queries.update": { params: query, body: { ...text, version: 1, owner: target.user, archived: false } },
    "queries.archive": { params: query },
    "queries.run": {
      params: query,
      query: { wait: "0", rows: "1" },
      body: {
        parameters,
        version: 1,
        maxAgeSeconds: 1,
        lane: "api",
        limit: 5,
        timeZone: "UTC",
        callback: { url: "https://hooks.example.com/ended", secret: "a secret to sign with" },
      },
    },
    "queries.answer": { params: query, query: { parameters: '{"name":"x"}' } },
    "queries.choices": {
      params: query,
      query: { wait: "0" },
      body: { parameters, column: "n", labelColumn: "n", timeZone: "UTC", refresh: false, form: target.query },
    },
    "queries.versions": { params: query },
    "queries.version": { params: { ...query, number: "1" } },
    "queries.restore": { params: query, body: { number: 1, version: 1 } },
    "queries.fork": { params: query, body: { title: "Mine" } },
    "queries.verify": { params: query, body: { verified: true, version: 1 } },
    "queries.favourite": { params: query, body: { favourite: true } },
    "shares.list": { query: { kind: "execution", id: target.execution } },
    "shares.create": {
      body: { kind: "query", id: target.query, audience: "person", to: target.user, allows: "run", expiresInDays: 30 },
    },
    "shares.revoke": { params: { id: target.share } },
    "shares.received": {},
    "requests.list": {},
    "requests.create": { body: { kind: "query", id: target.query, message: "For the Monday report." } },
    "requests.read": { params: { id: target.request } },
    "requests.answer": { params: { id: target.request }, body: { granted: true, allows: "see", expiresInDays: 30 } },
    "comments.list": { params: ended },
    "comments.add": { params: ended, body: { text: "Looks right." } },
    "comments.edit": { params: { id: target.comment }, body: { text: "Looks wrong." } },
    "comments.remove": { params: { id: target.comment } },
    "inbox.read": {},
    "inbox.mark": { body: { ids: ["none"], read: true } },
    "people.find": { query: { q: "a", kind: "person", limit: "5" } },
    "uploads.list": { query: { q: "numbers", cursor: "0", limit: "10" } },
    "uploads.create": { query: { file: "numbers.csv", name: `n ${newId()}`, sheet: "Sheet1" }, text: "n\n1\n" },
    "uploads.read": { params: { id: target.upload } },
    "uploads.rename": { params: { id: target.upload }, body: { name: "figures" } },
    "uploads.remove": { params: { id: target.upload } },
    "triggers.list": { params: { id: target.query } },
    "triggers.all": { query: { mine: "true", cursor: newId(), limit: "5" } },
    "triggers.create": { params: { id: target.query }, body: { ...schedule, limit } },
    "triggers.ofBoard": { params: { id: target.board } },
    "triggers.createOnBoard": {
      params: { id: target.board },
      body: { ...schedule, limit: { ...limit, tile: "t1" } },
    },
    "triggers.read": { params: { id: target.trigger } },
    "triggers.update": {
      params: { id: target.trigger },
      body: { ...schedule, limit, when: "0 9 * * *", zone: "UTC", paused: true },
    },
    "triggers.remove": { params: { id: target.trigger } },
    "triggers.slots": { params: { id: target.trigger }, query: { cursor: "2030-01-01T00:00:00Z", limit: "5" } },
    "triggers.preview": { body: { when: "0 8 * * *", zone: "UTC" } },
    "charts.list": { query: { of: "query", id: target.query } },
    "charts.create": { body: { title: "Bars", spec: chartOfAll, of: { kind: "query", id: target.query } } },
    "charts.read": { params: { id: target.chart } },
    "charts.update": { params: { id: target.chart }, body: { title: "Lines", spec: chartOfAll } },
    "charts.remove": { params: { id: target.chart } },
    "boards.list": {
      query: {
        q: "learners",
        favourite: "true",
        archived: "false",
        query: target.query,
        mine: "true",
        cursor: `1700000000000_${newId()}`,
        limit: "5",
      },
    },
    "boards.create": { body: board },
    "boards.read": { params: { id: target.board } },
    "boards.update": {
      params: { id: target.board },
      body: { ...board, revision: 1, owner: target.user, archived: false },
    },
    "boards.remove": { params: { id: target.board } },
    "boards.addTile": { params: { id: target.board }, body: { query: target.query, as: "chart", chart: target.chart } },
    "boards.copy": { params: { id: target.board }, body: { title: "Mine" } },
    "boards.favourite": { params: { id: target.board }, body: { favourite: true } },
    "boards.answers": { params: { id: target.board }, query: { parameters: '{"name":"x"}' } },
    "boards.refresh": {
      params: { id: target.board },
      body: { parameters, maxAgeSeconds: 1, timeZone: "UTC", tiles: ["t1"] },
    },
    "warehouses.list": {},
    "warehouses.create": kinds((engine, config) => ({
      name: `w ${newId()}`,
      engine,
      config,
      // Signs in with what its engine signs in with; MySQL is only read.
      ...(engine === "mysql" ? {} : { writer: engine === "bigquery" ? { ...writer, password: key } : writer }),
      allowSuperuser: false,
      ...common,
    })),
    "warehouses.test": kinds((engine, config) => ({
      engine,
      config,
      warehouse: target.warehouse,
      writes: false,
      allowSuperuser: false,
    })),
    "warehouses.read": { params: warehouse },
    "warehouses.update": {
      params: warehouse,
      body: {
        name: `w ${newId()}`,
        config,
        writer,
        // Another host than before asks for the passwords of all.
        readers: [{ id: target.reader, password: "secret" }],
        allowSuperuser: false,
        ...common,
      },
    },
    "warehouses.tables": { params: warehouse, query: { refresh: "0" } },
    "warehouses.explain": { params: warehouse, body: { sql: "select {{name}}", parameters, timeZone: "UTC" } },
    "warehouses.estimate": { params: warehouse, body: { sql: "select {{name}}", parameters, timeZone: "UTC" } },
    "warehouses.readGate": { params: warehouse },
    "warehouses.changeGate": {
      params: warehouse,
      body: { slots: 4, perUser: 2, paused: false, reason: "hot", unwatchedMinutes: 10 },
    },
    "warehouses.load": { params: warehouse },
    "warehouses.addReader": { params: warehouse, body: reader() },
    "warehouses.updateReader": {
      params: { ...warehouse, part: target.reader },
      body: reader(),
    },
    "warehouses.removeReader": { params: { ...warehouse, part: target.reader } },
    "warehouses.findTables": { query: { q: "one", limit: "5" } },
    "warehouses.grant": { params: warehouse, body: { team: target.team, reader: "reader" } },
    "gate.pauses": { query: { warehouse: target.warehouse, ended: "true" } },
    "gate.pause": {
      body: {
        ...{ warehouse: target.warehouse, of: "person", targets: [target.user], reason: "hot", drain: true },
        ...{ until: "2100-01-01T00:00:00Z", tell: false },
      },
    },
    "gate.resume": { params: { id: target.pause } },
    "gate.limits": { query: { scope: "person", id: target.user } },
    "gate.setLimit": { body: { scope: "person", id: target.user, name: "running", value: 5 } },
    "gate.previewLimit": { body: { scope: "person", id: target.user, name: "running", value: 5 } },
    "gate.stop": {
      params: warehouse,
      body: { of: "person", targets: [target.user], state: "waiting", reason: "enough" },
    },
    "gate.previewStop": { params: warehouse, body: { of: "person", targets: [target.user], state: "waiting" } },
    "gate.readHeat": { params: warehouse },
    "gate.changeHeat": {
      params: warehouse,
      body: {
        ...{ slowDown: true, hotWaiting: 20, hotActive: 50, alertMinutes: 15 },
        ...{ webhook: "https://hooks.example.com/hot", webhookSecret: "a secret to sign with" },
      },
    },
    "gate.loadHistory": { params: warehouse },
    "gate.foreignSessions": { params: warehouse },
    "gate.endForeign": { params: warehouse, body: { session: "1 never", reason: "It holds a lock." } },
    "gate.move": { params: execution, body: { to: "first" } },
    "tokens.list": { query: { all: "0", q: "ci", cursor: newId(), limit: "5" } },
    "tokens.create": {
      body: { name: "ci", scopes: ["executions:read"], expiresInDays: 5, lane: "scheduled", statementsPerHour: 50 },
    },
    "tokens.rotate": { params: { id: target.token }, body: { overlapHours: 1 } },
    "serviceAccounts.list": {},
    "serviceAccounts.create": { body: { name: "nightly", team: target.team, role: "viewer" } },
    "serviceAccounts.createToken": {
      params: { id: "none" },
      body: { name: "ci", scopes: ["executions:read"], expiresInDays: 5, lane: "scheduled", statementsPerHour: 50 },
    },
    "tokens.revoke": { params: { id: target.token } },
    "sessions.list": {},
    "sessions.endAll": { query: { user: target.user } },
    "sessions.end": { params: { id: target.session } },
    "views.begin": { body: { person: target.user } },
    "views.end": {},
    "users.self": {},
    "users.updateSelf": {
      body: {
        ...{ name: "Ana", timeZone: "UTC", password: "correct-horse-9", currentPassword: "correct-horse-9" },
        firstStepsHidden: false,
      },
    },
    "users.list": { query: { q: "ana", cursor: newId(), limit: "5" } },
    "users.create": {
      body: {
        email: `${newId()}@example.com`,
        name: "New",
        role: "viewer",
        password: "correct-horse-9",
        teams: [target.team],
      },
    },
    "users.read": { params: { id: target.user } },
    "users.update": {
      params: { id: target.user },
      body: { name: "Other", role: "viewer", disabled: false, password: "correct-horse-9", revokeTokens: false },
    },
    "users.signInLink": { params: { id: target.user }, body: {} },
    "teams.list": {},
    "teams.create": { body: { name: `t ${newId()}` } },
    "teams.update": { params: { id: target.team }, body: { name: `t ${newId()}`, members: [target.user] } },
    "teams.addMember": { params: { id: target.team, person: target.user } },
    "teams.removeMember": { params: { id: target.team, person: target.user } },
    "teams.remove": { params: { id: target.team } },
    "drafts.list": {},
    "drafts.read": { params: { tab: "tab" } },
    "drafts.save": { params: { tab: "tab" }, body: { sql: "select 1", title: "One", warehouse: target.warehouse } },
    "drafts.remove": { params: { tab: "tab" } },
    "rights.list": {},
    "rights.allow": { body: { right: "link", scope: "person", id: target.user, allowed: true } },
    "erasures.list": { query: { cursor: newId(), limit: "5" } },
    "erasures.preview": { body: { warehouse: target.warehouse, table: "public.one", person: target.user } },
    "erasures.erase": {
      body: {
        ...{ warehouse: target.warehouse, table: "public.one", person: target.user },
        ...{ reason: "asked for", upTo: "2030-01-01T00:00:00Z", results: 5 },
      },
    },
    "audit.export": {
      query: {
        ...{ format: "ndjson", q: "token", user: target.user, action: "token", object: "token:1" },
        ...{ address: "127.0.0.1", from: "2026-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" },
      },
    },
    "audit.list": {
      query: {
        q: "token",
        address: "127.0.0.1",
        user: target.user,
        action: "token",
        object: "token:1",
        from: "2026-01-01T00:00:00Z",
        to: "2030-01-01T00:00:00Z",
        cursor: newId(),
        limit: "5",
      },
    },
    "usage.read": { query: { weeks: "4", days: "7", team: target.team } },
    "usage.table": { query: { warehouse: target.warehouse, table: "public.one", days: "7" } },
    "operators.list": {},
    "operators.read": { params: { id: "noop" } },
    "operators.options": {
      params: { id: "sql-extract" },
      query: { parameter: "warehouse", values: "{}", q: "a", team: "Nobody’s" },
    },
    "pipelineDocuments.lint": { text: documentOf(target.pipeline) },
    "pipelineDocuments.fromQuery": { params: { id: target.query } },
    "pipelineDocuments.schema": {},
    "pipelineDocuments.templates": {},
    "pipelines.list": { query: { q: "p", mine: "true", archived: "false", cursor: "a", limit: "5" } },
    "pipelines.read": { params: { name: target.pipeline } },
    "pipelines.publish": {
      params: { name: target.pipeline },
      query: { note: "another", base: "1", source: "git@example.com:a.git/p.yaml", takeOver: "false" },
      text: documentOf(target.pipeline),
    },
    "pipelines.archive": { params: { name: target.pipeline } },
    "pipelines.versions": { params: { name: target.pipeline } },
    "pipelines.triggers": { params: { name: target.pipeline } },
    "pipelines.version": { params: { name: target.pipeline, number: "1" } },
    "pipelines.draft": { params: { name: target.pipeline } },
    "pipelines.saveDraft": { params: { name: target.pipeline }, body: { text: "stages:", baseVersion: 1 } },
    "pipelines.removeDraft": { params: { name: target.pipeline } },
    "schemaGrants.list": { params: { id: target.warehouse } },
    "schemaGrants.replace": {
      params: { id: target.warehouse },
      body: { grants: [{ team: target.team, schema: "mart", scratch: true }] },
    },
    "savedTables.scratch": {},
    "savedTables.save": {
      params: ended,
      body: { table: "kept", team: target.team, warehouse: target.warehouse, replace: true },
    },
    "secrets.list": {},
    "secrets.read": { params: { name: target.secret } },
    "secrets.put": {
      params: { name: target.secret },
      body: { value: "correct-horse-9", note: "of the CRM", team: target.secretTeam },
    },
    "secrets.remove": { params: { name: target.secret } },
    "files.list": { query: { q: "sales", pipeline: target.pipeline, cursor: newId(), limit: "5" } },
    "files.read": { params: { id: target.file } },
    "files.download": { params: { id: target.file } },
    "files.remove": { params: { id: target.file } },
    "runs.list": { query: { pipeline: target.pipeline, state: "failed", cursor: newId(), limit: "5" } },
    "runs.start": {
      params: { name: target.pipeline },
      body: { from: "2026-01-31", to: "2026-02-01", timeZone: "UTC", params: { name: "x" }, lane: "backfill" },
      query: { wait: "0" },
    },
    "runs.try": {
      body: {
        document: documentOf(target.pipeline),
        ...{
          format: "yaml",
          until: "a",
          rows: 10,
          from: "2026-01-31",
          to: "2026-02-01",
          timeZone: "UTC",
          params: { name: "x" },
        },
      },
      query: { wait: "0" },
    },
    "runs.read": { params: { id: target.run }, query: { wait: "0" } },
    "runs.cancel": { params: { id: target.run }, body: { reason: "wrong day" } },
    "runs.retry": {
      params: { id: target.run },
      body: { stage: "a", only: true, whole: false, memory: "2Gi", version: "same" },
    },
    "runs.downstream": { params: { id: target.run } },
    "runs.logs": {
      params: { id: target.run },
      query: { stage: "a", attempt: "1", q: "x", tail: "5", follow: "false" },
    },
    "artifacts.list": { params: { id: target.run } },
    "artifacts.rows": { params: { id: target.run, stage: "a", output: "rows" }, query: { limit: "5" } },
    "artifacts.download": { params: { id: target.run, stage: "a", output: "rows" }, query: { file: "part-0.parquet" } },
    "artifacts.open": { params: { id: target.run, stage: "a", output: "rows" } },
    "logs.list": {
      query: {
        ...{ q: "x", pipeline: target.pipeline, stage: "a", state: "failed", stream: "stdout" },
        ...{ from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z", limit: "5" },
        cursor: `1769817600000-${newId()}-1-1`,
      },
    },
    "logs.lines": {
      query: {
        ...{ q: "x", pipeline: target.pipeline, stage: "a", state: "failed", stream: "stdout" },
        ...{ from: "2026-01-31T00:00:00Z", to: "2026-02-01T00:00:00Z", after: "2026-01-31T00:00:00Z", follow: "false" },
      },
    },
    "system.health": {},
    "system.ready": {},
    "system.disks": {},
    "system.openapi": {},
  };
}

/** The same statement as a batch, the other shape that a submission has. */
export function sampleBatch(target: Targets): Record<string, unknown> {
  return { warehouse: target.warehouse, batch: [{ sql: "select {{name}}", parameters }] };
}
