import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { logger } from "@/lib/platform/logger";
import { type Backend, WarehouseError } from "@/lib/warehouses/adapter";
import { LastBytes } from "./last-bytes";
import type { Relay, RelayCounts, RelayRequest } from "./relay";
import { RelayEnd } from "./relay-end";
import { endWithinMs, listen, newPassword } from "./relay-listener";

/** The relay of an engine that is spoken to over a connection: the two ends are joined once both have signed in. */

const signInMs = 10_000;
/** What a client has to hear its last words in, once the server has said them. */
const farewellMs = 1_000;

/** A way in that is refused, in the protocol's own words. */
export class Refusal extends Error {
  constructor(
    /** One of the protocol's. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A session of the warehouse, signed in, with nothing said in it yet. */
export interface Upstream {
  backend: Backend;
  stream: Socket;
  /** Asks the server to end what the session does. */
  cancel(): Promise<void>;
}

export interface Passage<U extends Upstream> {
  socket: Socket;
  upstream: U;
  secret: number;
}

/** What differs between engines: the words from the first byte to where the two ends speak to each other. */
export interface Protocol<Settings, U extends Upstream> {
  /** What stands in a socket's name, which this engine's clients look for, and its usual port. */
  socket: { name: string; port: number };
  /** What a client asks of its session; null for one that came for something else. @throws Refusal */
  signIn(socket: Socket, gate: SignInGate<U>): Promise<Settings | null>;
  /** @throws WarehouseError */
  connect(settings: Settings): Promise<U>;
  /** The last words before the two ends are joined. */
  welcome(passage: Passage<U>): void;
  /** @param code the protocol's; null where the warehouse could not be reached */
  refuse(socket: Socket, code: string | null, message: string): void;
  codes: Record<"cut" | "full" | "unrecorded", string>;
  /** Whether a client's last bytes say that it leaves. */
  isGoodbye(last: Buffer): boolean;
  /** Why the server ends a session by its last bytes: it goes away, or ends this one alone; null: they do not say. */
  farewellOf(last: Buffer): { goesAway: boolean; message: string } | null;
  /** Whether nothing of that session is left in the warehouse. */
  end(backend: Backend, withinMs: number): Promise<boolean>;
}

export interface SignInGate<U extends Upstream> {
  user: string;
  password: string;
  database: string;
  passages: Iterable<Passage<U>>;
  /** @throws Refusal once the relay was cut */
  refuseIfCut(): void;
}

class StreamRelay<Settings, U extends Upstream> implements SignInGate<U> {
  readonly user = "sluice";
  readonly password = newPassword();
  readonly counts: RelayCounts;
  readonly passages = new Set<Passage<U>>();
  private readonly arriving = new Set<Socket>();
  /** Being opened: an end waits for what comes of them. */
  private readonly opening = new Set<Promise<void>>();
  /** Sessions that the server has not closed itself. */
  private readonly backends = new Set<U>();
  private let = 0;
  private taken = 0;
  private past = { up: 0, down: 0 };
  readonly cut = new RelayEnd(() => this.endAll());
  private wentAway: string | null = null;
  /** The last words of those whose end has not been seen yet. */
  private readonly speaking = new Set<LastBytes>();

  constructor(
    private readonly protocol: Protocol<Settings, U>,
    readonly database: string,
    private readonly request: RelayRequest,
  ) {
    const self = this;
    this.counts = {
      get connections() {
        return self.let;
      },
      get open() {
        return self.passages.size;
      },
      get bytesUp() {
        return self.past.up + [...self.passages].reduce((sum, { socket }) => sum + socket.bytesRead, 0);
      },
      get bytesDown() {
        return self.past.down + [...self.passages].reduce((sum, { socket }) => sum + socket.bytesWritten, 0);
      },
    };
  }

  /** One socket, from its first byte to where the two ends speak to each other. */
  receive(socket: Socket): void {
    this.arriving.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.arriving.delete(socket));
    this.letIn(socket).catch((error: unknown) => {
      if (error instanceof Refusal) this.protocol.refuse(socket, error.code, error.message);
      else if (error instanceof WarehouseError) {
        if (error.away) this.wentAway ??= error.message;
        this.protocol.refuse(socket, null, error.message);
      } else socket.destroy();
    });
  }

  private async letIn(socket: Socket): Promise<void> {
    const late = setTimeout(() => socket.destroy(), signInMs);
    const settings = await this.protocol.signIn(socket, this).finally(() => clearTimeout(late));
    if (!settings) return;
    const passing = this.pass(socket, settings);
    this.opening.add(passing);
    await passing.finally(() => this.opening.delete(passing));
  }

  refuseIfCut(): void {
    if (this.cut.because !== null) throw new Refusal(this.protocol.codes.cut, this.cut.because);
  }

  private async pass(socket: Socket, settings: Settings): Promise<void> {
    const { maxConnections } = this.request;
    if (this.taken >= maxConnections)
      throw new Refusal(
        this.protocol.codes.full,
        `This stage may have ${maxConnections} connection(s) at once, and they are open. Close one first.`,
      );
    this.taken += 1;
    let upstream: U | undefined;
    try {
      upstream = await this.protocol.connect(settings);
      this.keep(upstream);
      await this.record(upstream);
      this.refuseIfCut();
      if (socket.destroyed) throw new Error("left before it was let in");
      // Its end has been said already, and nobody would hear it.
      if (upstream.stream.closed || upstream.stream.readableEnded) throw goneBefore();
    } catch (error) {
      this.taken -= 1;
      if (upstream) abandon(upstream);
      throw error;
    }
    this.join({ socket, upstream, secret: randomInt(1, 2 ** 31) });
  }

  /** Until the server closes it: what we close may run on for a moment, and an end has to see that it does not. */
  private keep(upstream: U): void {
    this.backends.add(upstream);
    upstream.stream.once("end", () => this.backends.delete(upstream));
    upstream.stream.on("error", () => undefined);
  }

  private async record({ backend }: U): Promise<void> {
    try {
      await this.request.onBackend(backend);
    } catch (error) {
      logger.warn({ error: (error as Error).message }, "a stage's connection was not recorded");
      throw new Refusal(
        this.protocol.codes.unrecorded,
        "Sluice could not record this connection, so it was not opened. Try again.",
      );
    }
  }

  private join(passage: Passage<U>): void {
    const { socket, upstream } = passage;
    const { stream } = upstream;
    this.let += 1;
    this.passages.add(passage);
    this.arriving.delete(socket);
    this.protocol.welcome(passage);
    const [said, heard] = [new LastBytes(socket), new LastBytes(stream)];
    this.speaking.add(heard);
    let left = false;
    socket.once("end", () => (left = true));
    socket.pipe(stream);
    stream.pipe(socket);
    stream.once("close", () => {
      this.speaking.delete(heard);
      this.judge(heard, left || socket.destroyed || this.protocol.isGoodbye(said.bytes));
      setTimeout(() => socket.destroy(), farewellMs).unref();
      socket.end();
    });
    socket.once("close", () => {
      this.passages.delete(passage);
      this.taken -= 1;
      this.past.up += socket.bytesRead;
      this.past.down += socket.bytesWritten;
      // Who said goodbye has closed both; what runs for one that died is ended now, not at the server's next look.
      setTimeout(() => {
        if (!stream.closed) abandon(upstream);
      }, 100).unref();
    });
  }

  /** @param asked by the client, which has left or is about to */
  private judge(heard: LastBytes, asked: boolean): void {
    if (this.cut.because !== null) return;
    const told = this.protocol.farewellOf(heard.bytes);
    if (told?.goesAway) this.wentAway ??= told.message;
    else if (!asked && !told) this.wentAway ??= "the connection was lost";
  }

  get away(): string | null {
    // A client hears a server's last words before we see its end.
    for (const heard of this.cut.because === null ? this.speaking : []) {
      const told = this.protocol.farewellOf(heard.bytes);
      if (told?.goesAway) this.wentAway ??= told.message;
    }
    return this.wentAway;
  }

  /** Ends all, and looks until the warehouse has none of it. */
  private async endAll(): Promise<boolean> {
    await Promise.race([Promise.allSettled(this.opening), delay(endWithinMs, undefined, { ref: false })]);
    const left = [...this.backends];
    for (const upstream of left) abandon(upstream);
    for (const socket of this.arriving) socket.destroy();
    for (const { socket } of this.passages) socket.destroy();
    const ended = await Promise.all(left.map(({ backend }) => this.protocol.end(backend, endWithinMs)));
    return ended.every(Boolean);
  }
}

function goneBefore(): WarehouseError {
  const message = "The warehouse ended the connection as soon as it was made.";
  return Object.assign(new WarehouseError({ code: "connection", message }), { away: true });
}

/** A running statement first: the server looks for a closed socket only now and then. */
function abandon(upstream: Upstream): void {
  void upstream.cancel();
  upstream.stream.destroy();
}

/** Opens the way in for one stage. @throws SluiceError invalid when the socket's path is too long */
export async function openStreamRelay<Settings, U extends Upstream>(
  protocol: Protocol<Settings, U>,
  database: string,
  request: RelayRequest,
): Promise<Relay> {
  const relay = new StreamRelay(protocol, database, request);
  const { name, port } = protocol.socket;
  const listener = await listen(request.transport, port, name, (socket) => relay.receive(socket));
  const { user, password, counts } = relay;
  return {
    ...{ user, password, database, counts },
    address: listener.address,
    get away() {
      return relay.away;
    },
    cut: (reason) => relay.cut.begin(reason),
    async close() {
      await listener.close();
      return relay.cut.begin("This attempt has ended.");
    },
  };
}
