import type { Socket } from "node:net";
import type { Relay, RelayRequest } from "@/lib/gate/relay";
import { isPassword } from "@/lib/gate/relay-listener";
import { openStreamRelay, Refusal, type SignInGate } from "@/lib/gate/stream-relay";
import type { Connection } from "@/lib/warehouses/adapter";
import { configSchema } from "../config";
import type { ControlDoor } from "../control";
import type { Dialect } from "../dialect";
import { endBackend } from "./end";
import { signInUpstream, type Upstream } from "./upstream";
import {
  askPassword,
  farewellOf,
  fatal,
  isGoodbye,
  negotiate,
  noEncryption,
  readOpening,
  readPassword,
  welcome,
} from "./wire";

/** What it asks of its session; null for one that came only to cancel what another does. @throws Refusal */
async function signIn(socket: Socket, gate: SignInGate<Upstream>): Promise<Map<string, string> | null> {
  let opening = await readOpening(socket);
  while (opening.kind === "encrypt") {
    socket.write(noEncryption);
    opening = await readOpening(socket);
  }
  if (opening.kind === "cancel") {
    const { pid, secret } = opening;
    const meant = [...gate.passages].find((one) => one.upstream.backend.pid === pid && one.secret === secret);
    await meant?.upstream.cancel();
    socket.end();
    return null;
  }
  const { minor, settings } = opening;
  const unknown = [...settings.keys()].filter((name) => name.startsWith("_pq_."));
  if (minor > 0 || unknown.length > 0) socket.write(negotiate(unknown));
  socket.write(askPassword);
  const given = await readPassword(socket);
  if (settings.get("user") !== gate.user || !isPassword(given, gate.password))
    throw new Refusal("28P01", "The password is wrong: use the one that this attempt was given.");
  gate.refuseIfCut();
  const asked = settings.get("database") ?? gate.database;
  if (asked !== gate.database)
    throw new Refusal("3D000", `This connection leads to the database "${gate.database}" and to no other.`);
  if (settings.has("replication")) throw new Refusal("0A000", "There is no replication through this connection.");
  return settings;
}

/** Opens the way in for one stage. @throws SluiceError invalid when the socket's path is too long */
export function openPostgresRelay(
  door: ControlDoor,
  connection: Connection,
  dialect: Dialect,
  request: RelayRequest,
): Promise<Relay> {
  return openStreamRelay<Map<string, string>, Upstream>(
    {
      // The name and number of a socket's file that every client looks for by itself.
      socket: { name: ".s.PGSQL", port: 5432 },
      signIn,
      connect: (settings) => signInUpstream(connection, dialect, request, settings),
      welcome: ({ socket, upstream, secret }) =>
        socket.write(welcome(upstream.parameters, upstream.backend.pid ?? 0, secret)),
      refuse: (socket, code, message) => socket.end(fatal(code ?? "08006", message)),
      codes: { cut: "57P01", full: "53300", unrecorded: "57P03" },
      isGoodbye,
      farewellOf,
      end: (backend, withinMs) => endBackend(door, connection, dialect, backend, withinMs),
    },
    configSchema.parse(connection.config).database,
    request,
  );
}
