import { SluiceError } from "@/lib/platform/errors";
import type { Backend, Connection } from "@/lib/warehouses/adapter";
import type { LakeWriter } from "@/lib/warehouses/lake";
import { adapterFor } from "@/lib/warehouses/registry";
import type { LimitFound } from "./hold";
import type { Reserved } from "./lease";
import { endWithinMs } from "./relay-listener";

/**
 * The way a stage reaches a warehouse. It never learns the warehouse's credentials: the worker that holds the slot
 * signs in for it and passes on what both say. A relay belongs to one attempt and one connection, and ends with it.
 */

/** Where the stage finds it: a folder that is mounted into its container, or an address of this machine. */
export type RelayTransport = { socketFolder: string } | { host: string };

/**
 * As libpq names them: a socket's folder takes the place of the host, and its number stands in the file's name.
 * Where the folder is mounted under another path, that path is the stage's `folder`.
 */
export type RelayAddress = { host: string; port: number } | { folder: string; port: number; socket: string };

export interface RelayRequest {
  /** A reader's sessions begin read-only; what its role may not do, the warehouse refuses. */
  role: "reader" | "writer";
  /** `applicationName(work)` of lib/gate/lease.ts. The stage may change it: backends are known by pid and start. */
  applicationName: string;
  transport: RelayTransport;
  /** Connections that may be open at once. One more is refused, and told why. */
  maxConnections: number;
  /**
   * Before a backend hears its first word from the stage, so that who takes over from a lost worker can end it. When
   * it throws, the connection is refused. Of an engine that runs jobs it is called for each job.
   */
  onBackend(backend: Backend): Promise<void> | void;
  /** Of an engine that is paid by bytes. */
  bytes?: JobBytes;
  /** Of an engine whose tables Sluice keeps itself: who writes. Without it nothing is written. */
  writer?: LakeWriter;
}

/** What a stage's jobs may read by limits, and the books of what they have read. */
export interface JobBytes {
  /** The limit on each of them. */
  perJob: LimitFound | null;
  /** Whether those of a day are limited: then it is worth knowing beforehand what a job may read. */
  byDay: boolean;
  /** Before a job of this name is sent, which reads so many at most (null: unknown). @throws when it cannot be written down */
  enter(job: string, most: number | null): Promise<Reserved>;
  /** It has ended and read so many; 0 also for one that was not sent after all. */
  leave(job: string, bytes: number): Promise<void>;
}

export interface RelayCounts {
  /** Let in so far. */
  connections: number;
  open: number;
  /** From the stage to the warehouse, and back; as they passed here, without encryption. */
  bytesUp: number;
  bytesDown: number;
}

export interface Relay {
  readonly address: RelayAddress;
  /** Good for this relay alone, and until it is cut or closed. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly counts: RelayCounts;
  /**
   * What the warehouse did under the stage, in words: it went down, or cut or refused a connection that nobody had asked it
   * to. Null: it did nothing of the kind. Whether the stage lived through it, its program knows.
   */
  readonly away: string | null;
  /**
   * Ends every connection and what it does, and lets none in from here on: who tries is told the reason. True once the
   * warehouse confirms that nothing of it is left, at most 5 s later. A second call does no harm,
   * and looks again where that was not confirmed.
   */
  cut(reason: string): Promise<boolean>;
  /** The same at the attempt's end, and takes the address away. */
  close(): Promise<boolean>;
}

/** @throws SluiceError invalid for an engine that stages do not reach by a relay; WarehouseError */
export async function openRelay({ connection, ...request }: RelayRequest & { connection: Connection }): Promise<Relay> {
  const adapter = await adapterFor(connection.engine);
  if (!adapter.relay)
    throw new SluiceError("invalid", `Stages do not reach a warehouse of the engine ${connection.engine}.`);
  return adapter.relay(connection, request);
}

/** Ends what a lost worker's relays left in a warehouse. True when nothing of it is there any more. */
export async function endRelayed(connection: Connection, backends: Backend[]): Promise<boolean> {
  const adapter = await adapterFor(connection.engine);
  const ended = await Promise.all(
    backends.map((backend) => adapter.endRelayed?.(connection, backend, endWithinMs) ?? false),
  );
  return ended.every(Boolean);
}
