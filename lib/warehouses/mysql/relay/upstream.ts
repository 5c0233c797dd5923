import { constants, createHash, publicEncrypt } from "node:crypto";
import { connect as connectSocket, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RelayRequest } from "@/lib/gate/relay";
import type { Upstream } from "@/lib/gate/stream-relay";
import type { Connection } from "@/lib/warehouses/adapter";
import { tlsOptions, withTls } from "../client";
import { configSchema, type MysqlConfig } from "../config";
import { type ControlDoor, killQuery, serverStart } from "../control";
import { connectError } from "../errors";
import {
  capability,
  nativePassword,
  nativeToken,
  packet,
  Reader,
  readPacket,
  refusalOf,
  type SignIn,
  spoken,
  word,
  xor,
  zeroEnded,
} from "./wire";

const connectMs = 10_000;
const sha256 = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const query = 3;

/**
 * Signs in by what the stage and the server both speak, so that what follows needs no translation: MySQL's driver would
 * agree with the server on more than the stage was offered.
 * @throws WarehouseError `connection`
 */
export async function signInUpstream(
  door: ControlDoor,
  connection: Connection,
  { role, applicationName }: Pick<RelayRequest, "role" | "applicationName">,
  asked: SignIn,
): Promise<Upstream> {
  const config = configSchema.parse(connection.config);
  try {
    const { stream, thread } = await withTls(config.tls, (tls) =>
      open(connection, config, tls, { asked, name: applicationName }),
    );
    try {
      if (role === "reader") await command(stream, "set session transaction read only");
      const backend = { pid: thread, start: await serverStart(door, connection) };
      return { backend, stream, cancel: () => killQuery(door, connection, backend) };
    } catch (error) {
      stream.destroy();
      throw error;
    }
  } catch (error) {
    throw connectError(error, config, connection.username);
  }
}

interface Asking {
  asked: SignIn;
  name: string;
}

async function open(connection: Connection, config: MysqlConfig, tls: MysqlConfig["tls"], asking: Asking) {
  const { host, port } = config;
  const plain = connectSocket({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: connectMs });
  const late = setTimeout(() => plain.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })), connectMs);
  try {
    await new Promise<void>((resolve, reject) => plain.once("connect", resolve).once("error", reject));
    plain.on("error", () => undefined);
    const hello = greetingOf((await readPacket(plain)).body);
    const ssl = tlsOptions(tls);
    if (!ssl) return { thread: hello.thread, stream: await signIn(plain, 1, connection, config, hello, asking) };
    if (!(hello.capabilities & capability.ssl))
      throw Object.assign(new Error("The server offers no encryption."), { code: "HANDSHAKE_NO_SSL_SUPPORT" });
    const { asked } = asking;
    const flags = flagsFor(asked) | capability.ssl;
    plain.write(packet(1, word(flags, 4), word(asked.maxPacket, 4), [asked.charset], Buffer.alloc(23)));
    const stream = connectTls({
      socket: plain,
      ...(isIP(host) ? {} : { servername: host }),
      host,
      rejectUnauthorized: ssl.rejectUnauthorized,
      ...(ssl.verifyIdentity ? {} : { checkServerIdentity: () => undefined }),
    });
    await new Promise<void>((resolve, reject) => stream.once("secureConnect", resolve).once("error", reject));
    stream.on("error", () => undefined);
    return { thread: hello.thread, stream: await signIn(stream, 2, connection, config, hello, asking, true) };
  } catch (error) {
    plain.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

interface Greeting {
  thread: number;
  capabilities: number;
  scramble: Buffer;
  plugin: string;
}

function greetingOf(body: Buffer): Greeting {
  if (body[0] === 0xff) throw refusalOf(body);
  const reader = new Reader(body);
  if (reader.number(1) !== 10) throw new Error("not a MySQL server");
  reader.text();
  const thread = reader.number(4);
  const first = reader.bytes(8);
  reader.bytes(1);
  const low = reader.number(2);
  reader.bytes(3);
  const capabilities = low + reader.number(2) * 0x1_0000;
  const length = reader.number(1);
  reader.bytes(10);
  const second = reader.bytes(Math.max(13, length - 8));
  const scramble = Buffer.concat([first, second]).subarray(0, 20);
  return { thread, capabilities, scramble, plugin: reader.text() };
}

const flagsFor = ({ capabilities }: SignIn) =>
  (capabilities & spoken) |
  capability.longPassword |
  capability.withDatabase |
  capability.protocol41 |
  capability.secure |
  capability.pluginAuth |
  capability.attributes;

async function signIn(
  stream: Socket,
  sequence: number,
  { username, password }: Connection,
  { database }: MysqlConfig,
  { scramble, plugin }: Greeting,
  { asked, name }: Asking,
  encrypted = false,
): Promise<Socket> {
  const first = plugin === cachingSha2 ? cachingSha2 : nativePassword;
  const token = tokenFor(first, password, scramble, encrypted);
  const attributes = Buffer.concat([short("program_name"), short(name)]);
  stream.write(
    packet(
      sequence,
      word(flagsFor(asked) | (encrypted ? capability.ssl : 0), 4),
      word(asked.maxPacket, 4),
      [asked.charset],
      Buffer.alloc(23),
      zeroEnded(username),
      [token.length],
      token,
      zeroEnded(database),
      zeroEnded(first),
      [attributes.length],
      attributes,
    ),
  );
  for (let [by, salt] = [first, scramble]; ; ) {
    const answer = await readPacket(stream);
    const next = answer.sequence + 1;
    switch (answer.body[0]) {
      case 0x00:
        return stream;
      case 0xff:
        throw refusalOf(answer.body);
      case 0xfe: {
        const reader = new Reader(answer.body.subarray(1));
        by = reader.text();
        salt = Buffer.from(reader.rest().subarray(0, 20));
        stream.write(packet(next, tokenFor(by, password, salt, encrypted)));
        break;
      }
      default: {
        const said = answer.body.subarray(1);
        if (by !== cachingSha2) throw new Error(`the server asks for more than ${by} knows`);
        if (said[0] === fullWanted && said.length === 1)
          stream.write(encrypted ? packet(next, zeroEnded(password)) : packet(next, [keyWanted]));
        else if (said.length > 1) stream.write(packet(next, sealed(password, salt, said)));
      }
    }
  }
}

const short = (text: string) => {
  const bytes = Buffer.from(text).subarray(0, 100);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

const cachingSha2 = "caching_sha2_password";
/** The server does not know the password's digest yet. */
const fullWanted = 4;
const keyWanted = 2;

/** Without encryption a password goes by the server's key only. */
function sealed(password: string, scramble: Buffer, key: Buffer): Buffer {
  const hidden = xor(zeroEnded(password), scramble);
  return publicEncrypt({ key: key.toString("utf8"), padding: constants.RSA_PKCS1_OAEP_PADDING }, hidden);
}

function tokenFor(plugin: string, password: string, scramble: Buffer, encrypted: boolean): Buffer {
  if (plugin === nativePassword) return nativeToken(password, scramble);
  if (plugin === cachingSha2) {
    if (password === "") return Buffer.alloc(0);
    const once = sha256(Buffer.from(password));
    return xor(once, sha256(sha256(once), scramble));
  }
  if (encrypted && (plugin === "mysql_clear_password" || plugin === "sha256_password")) return zeroEnded(password);
  throw new Error(
    `This account signs in by ${plugin}, which stages cannot use${encrypted ? "" : " without encryption"}. Give it mysql_native_password or caching_sha2_password`,
  );
}

/** A statement of ours that answers no rows. @throws the server's error */
async function command(stream: Socket, sql: string): Promise<void> {
  stream.write(packet(0, [query], Buffer.from(sql)));
  const { body } = await readPacket(stream);
  if (body[0] === 0xff) throw refusalOf(body);
}
