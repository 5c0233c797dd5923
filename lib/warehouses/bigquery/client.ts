import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import type { AuthClient } from "google-auth-library";
import { type Connection, WarehouseError } from "@/lib/warehouses/adapter";
import { type BigQueryConfig, configSchema } from "./config";
import { readKey, type ServiceKey } from "./credentials";
import { isPassing, requestError, waitAsked } from "./errors";

const scopes = ["https://www.googleapis.com/auth/bigquery", "https://www.googleapis.com/auth/cloud-platform"];
const google = "https://bigquery.googleapis.com";
/** Longer than the longest wait that we ask the service to hold. */
const answerMs = 40_000;
/** Tries of one request, with the pauses between them doubling: some 13 s in all. */
const tries = 7;

/** One request of the REST API, below the project. */
export interface Call {
  method?: "GET" | "POST";
  /** As `/jobs`. */
  path: string;
  query?: Record<string, string | number | boolean | string[] | undefined>;
  body?: object;
  /** Nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
  /** Asked once: a control door must not wait. */
  once?: boolean;
}

/** Makes what signs requests; tests give one whose tokens come from a server of theirs. */
export type SignIn = (key: ServiceKey) => AuthClient | Promise<AuthClient>;

export const googleSignIn: SignIn = async ({ email, privateKey }) => {
  const { JWT } = await import("google-auth-library");
  return new JWT({ email, key: privateKey, scopes });
};

/** Google's own client, asked for the answers as they are: its conversions would cost digits. */
export class Client {
  readonly config: BigQueryConfig;
  /** Where every request goes. */
  readonly address: string;
  private readonly key: ServiceKey | null;
  private opened: Promise<BigQuery> | undefined;

  /** @throws WarehouseError `connection` when the settings cannot be used */
  constructor(
    connection: Connection,
    private readonly signIn: SignIn,
  ) {
    this.config = configSchema.parse(connection.config);
    const { endpoint } = this.config;
    // An emulator asks for no key, and gets none: a changed address must not be sent the company's.
    this.key = endpoint ? null : readKey(connection.password);
    this.address = `${endpoint ?? google}/bigquery/v2`;
  }

  /** Google's library is loaded here, by the first request: a worker without a BigQuery has no room for it. */
  private async open(): Promise<BigQuery> {
    const [{ BigQuery: Api }, { PassThroughClient }] = await Promise.all([
      import("@google-cloud/bigquery"),
      import("google-auth-library"),
    ]);
    const api = new Api({
      projectId: this.config.project,
      authClient: this.key ? await this.signIn(this.key) : new PassThroughClient(),
      apiEndpoint: this.config.endpoint ?? google,
      // Said here, with a limit and a pause that the answer may name.
      autoRetry: false,
    });
    // Also where the environment has BIGQUERY_EMULATOR_HOST, which would be sent the key.
    api.baseUrl = this.address;
    api.timeout = answerMs;
    return api;
  }

  /** @throws WarehouseError in the service's words, or `connection` once it has not answered several times */
  async call<T>({ signal, once, ...call }: Call): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.ask<T>(call);
      } catch (error) {
        if (signal?.aborted || once || attempt >= tries || !isPassing(error)) throw requestError(error, this.config);
        const pause = waitAsked(error) ?? Math.min(4_000, 200 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
        await delay(pause, undefined, { signal }).catch(() => undefined);
        if (signal?.aborted) throw requestError(error, this.config);
      }
    }
  }

  private async ask<T>({ method = "GET", path, query, body }: Omit<Call, "signal" | "once">): Promise<T> {
    this.opened ??= this.open();
    const api = await this.opened;
    return new Promise<T>((resolve, reject) => {
      api.request({ method, uri: path, qs: query, json: body ?? true, useQuerystring: true }, (error, answer) =>
        error ? reject(error) : resolve(answer as T),
      );
    });
  }
}

/** One client for each role, so that its access token is asked for once an hour and not for each request. */
export class Clients {
  private readonly clients = new Map<string, { warehouseId: string; revision: string; client: Client }>();

  constructor(private readonly signIn: SignIn = googleSignIn) {}

  /** @throws WarehouseError `connection` */
  of(connection: Connection): Client {
    const { warehouseId, roleId, revision } = connection;
    const known = this.clients.get(roleId);
    if (known?.revision === revision) return known.client;
    try {
      const client = new Client(connection, this.signIn);
      this.clients.set(roleId, { warehouseId, revision, client });
      return client;
    } catch (error) {
      if (error instanceof WarehouseError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      const refused = new WarehouseError({
        code: "connection",
        message: `The settings of this warehouse cannot be used (${why}). Ask an admin to look at them.`,
      });
      refused.cause = error;
      throw refused;
    }
  }

  close(warehouseId?: string): void {
    for (const [roleId, one] of this.clients)
      if (warehouseId === undefined || one.warehouseId === warehouseId) this.clients.delete(roleId);
  }
}
