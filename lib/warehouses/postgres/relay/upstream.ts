import type { Socket } from "node:net";
import type pg from "pg";
import type { RelayRequest } from "@/lib/gate/relay";
import type { Upstream as Joined } from "@/lib/gate/stream-relay";
import type { Connection } from "@/lib/warehouses/adapter";
import { cancelRequest, connect } from "../client";
import type { Dialect } from "../dialect";

/** A session of the warehouse, which may be cancelled by the protocol's own request: no right can be missing for it. */
export interface Upstream extends Joined {
  /** What the server reported of its settings; a client wants to hear them before anything else. */
  parameters: Map<string, string>;
}

interface Signed {
  connection: { stream: Socket; on(event: "parameterStatus", listener: (told: Told) => void): void };
}
interface Told {
  parameterName: string;
  parameterValue: string;
}

/** The server notices within a second that nobody listens any more, and ends what runs. Not known before PostgreSQL 14. */
const noticesLoss = "-c client_connection_check_interval=1s";

/** Settings of a start-up packet that are ours, or would make the session another kind of thing. */
const notPassedOn = new Set(["user", "database", "application_name", "options", "replication", "client_encoding"]);

const escaped = (text: string) => text.replace(/[\\\s]/g, (character) => `\\${character}`);

/** What the stage asked for at its start, as the server's own `options`; RESET comes back to them. */
function optionsOf(settings: Map<string, string>, usual: string | undefined): string {
  const asked = [...settings].filter(([name]) => !notPassedOn.has(name) && !name.startsWith("_pq_."));
  return [
    usual ?? "",
    ...asked.map(([name, value]) => `-c ${escaped(`${name}=${value}`)}`),
    settings.get("options") ?? "",
  ]
    .filter(Boolean)
    .join(" ");
}

const isUnknownSetting = (error: unknown) =>
  /client_connection_check_interval/.test((error as { cause?: Error }).cause?.message ?? "");

/** @throws WarehouseError `connection` */
export async function signInUpstream(
  connection: Connection,
  dialect: Dialect,
  { role, applicationName }: Pick<RelayRequest, "role" | "applicationName">,
  settings: Map<string, string>,
): Promise<Upstream> {
  const parameters = new Map<string, string>();
  const watch = (client: pg.Client) => {
    parameters.clear();
    (client as unknown as Signed).connection.on("parameterStatus", ({ parameterName, parameterValue }) =>
      parameters.set(parameterName, parameterValue),
    );
  };
  const options = optionsOf(settings, role === "reader" ? dialect.startOptions : undefined);
  const open = (text: string) => connect(connection, applicationName, text, watch);
  const connected = dialect.copies
    ? await open(`${noticesLoss} ${options}`).catch((error: unknown) => {
        if (!isUnknownSetting(error)) throw error;
        return open(options);
      })
    : await open(options);
  const { client, backend } = connected;
  const encoding = settings.get("client_encoding");
  try {
    if (encoding && encoding !== "UTF8")
      await client.query("select pg_catalog.set_config('client_encoding', $1, false)", [encoding]);
  } catch (error) {
    client.end().catch(() => undefined);
    throw error;
  }
  const { stream } = (client as unknown as Signed).connection;
  // The driver has read its last word; from here on the two ends speak to each other.
  stream.removeAllListeners("data");
  stream.pause();
  return { backend, stream, parameters, cancel: () => cancelRequest(client) };
}
