import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { warehouseFor } from "@/lib/access/reader";
import { connectionFor } from "@/lib/connections/connection";
import { applicationName } from "@/lib/gate/lease";
import { openRelay, type Relay, type RelayTransport } from "@/lib/gate/relay";
import type { Manifest } from "@/lib/operators/schema";
import { grantedSchemas } from "@/lib/pipelines/schema-grants";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import type { relayAddress } from "@/lib/runs/context";
import { recordRelayed, type StartedAttempt } from "@/lib/runs/lease";
import { bytesIn } from "@/lib/runs/stage-jobs";
import { runKeyOf } from "@/lib/runs/url";
import type { Folders, Runtime } from "@/lib/runtimes/runtime";
import { WarehouseError } from "@/lib/warehouses/adapter";
import type { LakeWriter } from "@/lib/warehouses/lake";
import type { OwnAttempt, StageCause } from "./own-attempt";
import { StageFailure } from "./stage-failure";
import { untilWarehouse } from "./until-there";

type Address = z.infer<typeof relayAddress>;

export interface Way {
  parameter: string;
  /** By name. */
  warehouse: string;
  relay: Relay;
  address: Address;
}

const connectionsEach = 2;

/**
 * A relay for each parameter that names a warehouse, with its one-time password in a file. `seen` is where the program finds
 * the folders.
 */
export async function openWays(
  own: OwnAttempt,
  started: StartedAttempt,
  manifest: Manifest,
  params: Record<string, unknown>,
  { folders, seen, relays }: { folders: Folders; seen: Folders; relays: Runtime["relays"] },
): Promise<Way[]> {
  const ways: Way[] = [];
  try {
    for (const { parameter, role: wanted, connections } of manifest.connections) {
      // However its program may try: the role and its session are a reader's.
      const role = started.dry ? "reader" : wanted;
      const name = params[parameter];
      if (typeof name !== "string") continue;
      const { id: warehouse } = await warehouseFor(name);
      const roleId = started.doors.find((one) => one.warehouse === warehouse)?.roles[role];
      if (!roleId) throw new SluiceError("forbidden", `This run may not use ${name} as a ${role}.`);
      const connection = await connectionFor(roleId);
      // Its sessions are processes that the worker starts, and always there.
      if (started.number > 1 && !connection.lake) await untilWarehouse(own, connection, name);
      const short = `${ways.length}`;
      const transport = await transportFor(path.join(folders.sockets, short), relays);
      const relay = await openRelay({
        ...{ connection, role, transport, applicationName: applicationName(started.id) },
        maxConnections: connections ?? connectionsEach,
        bytes: bytesIn(warehouse, own.queued, started.caps?.[warehouse]),
        ...(connection.lake ? { writer: await writerOf(own, started, warehouse) } : {}),
        onBackend: async (backend) => {
          if (!(await recordRelayed(own.queued, roleId, backend))) throw new Error("the lease is lost");
        },
      });
      const passwordFile = path.join(seen.secrets, `.relay-${short}`);
      await writeFile(path.join(folders.secrets, `.relay-${short}`), relay.password, { mode: 0o400 });
      const at =
        "folder" in relay.address
          ? { socket: path.join(seen.sockets, short), port: relay.address.port }
          : { host: relay.address.host, port: relay.address.port };
      const { user, database } = relay;
      const address = {
        engine: connection.engine,
        role,
        ...at,
        database,
        user,
        passwordFile,
        connections: connections ?? connectionsEach,
      };
      ways.push({ parameter, warehouse: name, relay, address });
    }
    return ways;
  } catch (error) {
    await closeWays(ways);
    if (error instanceof WarehouseError) throw new StageFailure({ cause: "platform", message: error.message }, "free");
    if (error instanceof SluiceError && error.code !== "unavailable")
      throw new StageFailure({ cause: "not_allowed", message: error.message }, "final");
    throw error;
  }
}

/** Where Sluice writes for a stage, it goes by what the run says of itself and not by what the stage says. */
async function writerOf(own: OwnAttempt, started: StartedAttempt, warehouse: string): Promise<LakeWriter> {
  const { pipeline, stage, fencingToken: token, byAdmin } = started;
  return {
    ...{ runKey: runKeyOf(started), token, pipeline: pipeline.name, stage },
    schemas: byAdmin ? null : await grantedSchemas(pipeline.teamId, warehouse),
    attempt: { id: started.id, lease: own.queued.lease },
  };
}

/** A socket in a folder that the program sees, or an address by which it finds this worker. @throws SluiceError unavailable */
async function transportFor(socketFolder: string, relays: Runtime["relays"]): Promise<RelayTransport> {
  if (relays === null)
    throw new SluiceError(
      "unavailable",
      "This stage uses a warehouse, and its pod has no way to this worker. Set RELAY_HOST to an address of the worker that pods reach.",
    );
  if (relays !== "sockets") return relays;
  await mkdir(socketFolder, { mode: 0o755 });
  return { socketFolder };
}

const cutBecause: Record<Exclude<StageCause, "limit">, string> = {
  cancelled: "This run was cancelled.",
  lost: "This attempt is another worker's now.",
  taken: "This attempt is another worker's now.",
  leaving: "The worker that runs this is being shut down.",
};

/** Ends what the program does in a warehouse, and lets it in no more; a second call does no harm. */
export function cutWays(ways: Way[], reason: string): void {
  for (const { relay } of ways)
    relay.cut(reason).catch((error: Error) => logger.warn({ error: error.message }, "a stage's way is not cut yet"));
}

/**
 * From here on, a stop ends what the program does in a warehouse at once: the program itself is given time to end, and may
 * not listen.
 */
export function cutWhenStopped(own: OwnAttempt, ways: Way[]): void {
  const cut = () => {
    const reason = own.cause === "limit" ? own.overLimit?.message : cutBecause[own.cause ?? "cancelled"];
    cutWays(ways, reason ?? cutBecause.cancelled);
  };
  own.stopped.addEventListener("abort", cut, { once: true });
  if (own.stopped.aborted) cut();
}

/** What a warehouse did under the program, in a sentence; null: none went away. */
export function wentAway(ways: Way[]): string | null {
  const gone = ways.find(({ relay }) => relay.away !== null);
  return gone ? `The warehouse ${gone.warehouse} went away while this ran: ${gone.relay.away}` : null;
}

/** Ends what the program still does in a warehouse. False where one has not confirmed it. */
export async function closeWays(ways: Way[]): Promise<boolean> {
  const ended = await Promise.all(ways.map(({ relay }) => relay.close()));
  return ended.every(Boolean);
}
