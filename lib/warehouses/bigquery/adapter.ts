import { newId } from "@/lib/platform/ids";
import type { Adapter, Connection } from "@/lib/warehouses/adapter";
import { Clients, type SignIn } from "./client";
import { endForeign, foreignSessions, isActive, load, stop } from "./control";
import { estimate, explain } from "./explain";
import { introspect } from "./introspect";
import { endJobs, openBigQueryRelay } from "./relay";
import { BigQuerySession } from "./session";
import { testConnection } from "./test-connection";

/** Every statement is a job, named by us before it is asked for, so that whoever takes over can find and end it. */
export function createAdapter(signIn?: SignIn): Adapter {
  const clients = new Clients(signIn);
  const of = (connection: Connection) => clients.of(connection);
  return {
    engine: "bigquery",
    acquire: async (connection) => new BigQuerySession(of(connection), newId()),
    stop: async (connection, backend, _name, graceMs) => stop(of(connection), backend, graceMs),
    isActive: async (connection, backend) => isActive(of(connection), backend),
    introspect: async (connection) => introspect(of(connection)),
    explain: async (connection, request, options) => explain(of(connection), request, options),
    estimate: async (connection, request, options) => estimate(of(connection), request, options),
    test: (connection) => testConnection(connection, of),
    load: async (connection) => load(of(connection)),
    foreignSessions: async (connection) => foreignSessions(of(connection)),
    endForeign: async (connection, id) => endForeign(of(connection), id),
    relay: async (connection, request) => openBigQueryRelay(of(connection), request),
    endRelayed: async (connection, backend, withinMs) => endJobs(of(connection), backend, withinMs),
    close: async (warehouseId) => clients.close(warehouseId),
  };
}
