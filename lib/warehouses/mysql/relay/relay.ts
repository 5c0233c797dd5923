import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import type { Relay, RelayRequest } from "@/lib/gate/relay";
import { openStreamRelay, Refusal, type SignInGate, type Upstream } from "@/lib/gate/stream-relay";
import type { Connection } from "@/lib/warehouses/adapter";
import { configSchema } from "../config";
import { type ControlDoor, endBackend } from "../control";
import { signInUpstream } from "./upstream";
import {
  farewellOf,
  greeting,
  isGoodbye,
  isToken,
  nativePassword,
  okay,
  readPacket,
  readSignIn,
  refused,
  type SignIn,
  switchTo,
} from "./wire";

/** Each refusal and welcome is counted on from what the client said last. */
const lastOf = new WeakMap<Socket, number>();

/** 20 bytes, none of them 0: clients read them to there. */
const newScramble = () => Buffer.from(Array.from({ length: 20 }, () => randomInt(1, 128)));

async function signIn(socket: Socket, gate: SignInGate<Upstream>, version: string): Promise<SignIn> {
  const scramble = newScramble();
  socket.write(greeting(version, scramble));
  const asked = readSignIn(await readPacket(socket));
  let { token, sequence } = asked;
  if (asked.plugin !== nativePassword) {
    socket.write(switchTo(sequence + 1, nativePassword, scramble));
    const again = await readPacket(socket);
    token = again.body;
    sequence = again.sequence;
  }
  lastOf.set(socket, sequence);
  if (asked.user !== gate.user || !isToken(token, gate.password, scramble))
    throw new Refusal("1045 28000", "The password is wrong: use the one that this attempt was given.");
  gate.refuseIfCut();
  if (asked.database !== null && asked.database !== gate.database)
    throw new Refusal("1044 42000", `This connection leads to the database "${gate.database}" and to no other.`);
  return asked;
}

/** Opens the way in for one stage. @throws WarehouseError; SluiceError invalid when the socket's path is too long */
export async function openMysqlRelay(door: ControlDoor, connection: Connection, request: RelayRequest): Promise<Relay> {
  // Clients go by it: MariaDB and MySQL differ in a few words.
  const [row] = await door.ask(connection, "select version()");
  const version = row?.[0] ?? "";
  const next = (socket: Socket) => (lastOf.get(socket) ?? 0) + 1;
  return openStreamRelay<SignIn, Upstream>(
    {
      socket: { name: "mysql", port: 3306 },
      signIn: (socket, gate) => signIn(socket, gate, version),
      connect: (asked) => signInUpstream(door, connection, request, asked),
      welcome: ({ socket }) => socket.write(okay(next(socket))),
      refuse: (socket, code, message) => socket.end(refused(next(socket), code ?? "2013 HY000", message)),
      codes: { cut: "1053 08S01", full: "1226 42000", unrecorded: "1053 08S01" },
      isGoodbye,
      farewellOf,
      end: (backend, withinMs) => endBackend(door, connection, backend, withinMs),
    },
    configSchema.parse(connection.config).database,
    request,
  );
}
