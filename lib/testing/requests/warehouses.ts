import { newId } from "@/lib/platform/ids";
import { parameters, type SampleRequest, type Targets } from "./sample";

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

/** Of warehouses and their gates. */
export function warehouseRequests(target: Targets): Record<string, SampleRequest> {
  const warehouse = { id: target.warehouse };
  const execution = { id: target.execution };
  const common = {
    slots: 4,
    perUser: 2,
    unwatchedMinutes: 10,
    statementTimeout: 60,
    retentionDays: 30,
    openToCompany: false,
  };
  return {
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
        // Taken as a number where the warehouse is BigQuery.
        ...{ hotOldestMinutes: 60, hotEngineSlots: null },
        ...{ webhook: "https://hooks.example.com/hot", webhookSecret: "a secret to sign with" },
      },
    },
    "gate.loadHistory": { params: warehouse },
    "gate.foreignSessions": { params: warehouse },
    "gate.endForeign": { params: warehouse, body: { session: "1 never", reason: "It holds a lock." } },
    "gate.move": { params: execution, body: { to: "first" } },
  };
}
