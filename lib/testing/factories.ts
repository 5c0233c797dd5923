import { randomBytes } from "node:crypto";
import type { Context, Role } from "@/lib/access/context";
import { encrypt, sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId, newSecret } from "@/lib/platform/ids";
import { addressOf, asSuperuser } from "./database";

let counter = 0;

interface PersonValues {
  role?: Role;
  name?: string;
  email?: string;
  teamIds?: string[];
}

export async function buildUser(values: PersonValues = {}) {
  counter += 1;
  const { role = "editor", name = `Person ${counter}`, email = `person${counter}@example.com`, teamIds = [] } = values;
  const memberships = { create: teamIds.map((teamId) => ({ teamId })) };
  return db().user.create({ data: { id: newId(), email, name, role, memberships } });
}

export async function buildTeam(values: { name?: string; userIds?: string[] } = {}) {
  counter += 1;
  const members = { create: (values.userIds ?? []).map((userId) => ({ userId })) };
  return db().team.create({ data: { id: newId(), name: values.name ?? `Team ${counter}`, members } });
}

/** The context in which a person of these asks: in a browser, or by a token with these scopes. */
export async function contextFor(userId: string, token?: { id: string; scopes: string[] }): Promise<Context> {
  const user = await db().user.findUniqueOrThrow({ where: { id: userId }, include: { memberships: true } });
  return {
    user: { id: user.id, email: user.email, name: user.name, role: user.role, timeZone: user.timeZone },
    sessionId: null,
    tokenId: token?.id ?? null,
    scopes: token?.scopes ?? null,
    teamIds: user.memberships.map((membership) => membership.teamId),
    address: "127.0.0.1",
    source: token ? "api" : "web",
  };
}

/** Somebody new, as they ask in a browser. */
export async function buildPerson(values: PersonValues = {}): Promise<Context> {
  return contextFor((await buildUser(values)).id);
}

/** Lets a role download: nobody may at first. */
export async function allowDownloads(role: Role): Promise<void> {
  const key = { name: "download", scope: "role", scopeId: role };
  await db().right.upsert({ where: { name_scope_scopeId: key }, create: key, update: {} });
}

export async function buildToken(userId: string, scopes: string[] = ["*"]) {
  const value = newSecret("slc");
  const data = { id: newId(), name: "test", hash: sha256(value), prefix: value.slice(0, 8), scopes, userId };
  return { ...(await db().apiToken.create({ data })), value };
}

export interface BuiltWarehouse {
  id: string;
  name: string;
  readerId: string;
  /** The database on the tests' server, and how its superuser signs in there. */
  database: string;
  superuserUrl: string;
}

/** A warehouse in a database of its own, with a real read-only role; `sql` fills it as superuser. */
export async function buildWarehouse(
  values: { name?: string; slots?: number; perUser?: number; teamIds?: string[]; sql?: string } = {},
): Promise<BuiltWarehouse> {
  const suffix = randomBytes(6).toString("hex");
  const database = `test_w_${suffix}`;
  const role = `test_reader_${suffix}`;
  await asSuperuser(`create role ${role} login password 'reader'`);
  await asSuperuser(`create database ${database}`);
  if (values.sql) await asSuperuser(values.sql, database);
  await asSuperuser(
    `grant usage on schema public to ${role}; grant select on all tables in schema public to ${role}`,
    database,
  );
  const [id, readerId] = [newId(), newId()];
  const { hostname: host, port } = new URL(addressOf());
  const name = values.name ?? `warehouse-${suffix}`;
  const config = { host, port: Number(port), database, tls: "disable" };
  const secret = encrypt("reader", readerId);
  await db().warehouse.create({
    data: {
      id,
      name,
      engine: "postgres",
      config,
      slots: values.slots ?? 8,
      perUser: values.perUser ?? 0,
      roles: { create: { id: readerId, kind: "reader", name: "reader", username: role, secret } },
    },
  });
  const grants = (values.teamIds ?? []).map((teamId) => ({ teamId, warehouseId: id, readerId }));
  if (grants.length) await db().grant.createMany({ data: grants });
  return { id, name, readerId, database, superuserUrl: addressOf(database) };
}

/** A role that writes in the warehouse what `grants` let `$writer`, run there as superuser. Returns its name. */
export async function buildWriter(warehouse: BuiltWarehouse, grants: string): Promise<string> {
  const writer = `${warehouse.database}_writer`;
  await asSuperuser(`create role ${writer} login password 'writer'`);
  await asSuperuser(grants.replaceAll("$writer", writer), warehouse.database);
  const id = newId();
  const role = { id, kind: "writer" as const, name: "writer", username: writer, secret: encrypt("writer", id) };
  await db().warehouseRole.create({ data: { ...role, warehouseId: warehouse.id } });
  return writer;
}

export type BuiltMart = BuiltWarehouse & { writer: string };

/**
 * A warehouse with a schema `mart`, which the team may write and everybody may look into.
 * @param values as `buildWarehouse` takes them; `writes`: what more its writer may there, as `buildWriter` takes it
 */
export async function buildMart(
  teamId: string,
  { writes = "", sql = "", ...values }: Parameters<typeof buildWarehouse>[0] & { writes?: string } = {},
): Promise<BuiltMart> {
  const warehouse = await buildWarehouse({ teamIds: [teamId], ...values, sql: `create schema mart; ${sql}` });
  const mart = "grant usage, create on schema mart to $writer; grant usage on schema mart to public";
  const writer = await buildWriter(warehouse, `${mart}; ${writes}`);
  await db().schemaGrant.create({ data: { teamId, warehouseId: warehouse.id, schema: "mart" } });
  return { ...warehouse, writer };
}

/** One more reader of that warehouse, which these teams are granted. It is a row alone: nobody signs in by it. */
export async function buildReader(warehouse: string, teamIds: string[]): Promise<string> {
  const id = newId();
  const role = { id, kind: "reader" as const, name: id, username: id, secret: encrypt("reader", id) };
  await db().warehouseRole.create({ data: { ...role, warehouseId: warehouse } });
  await db().grant.createMany({ data: teamIds.map((teamId) => ({ teamId, warehouseId: warehouse, readerId: id })) });
  return id;
}

/** A secret of that team, or of the company. */
export async function buildSecret(teamId: string | null, values: { name?: string; value?: string } = {}) {
  const id = newId();
  const { name = `secret-${id}`, value = "correct-horse-9" } = values;
  return db().secret.create({ data: { id, name, teamId, value: encrypt(value, id) } });
}

/** An uploaded file's row; nothing of it is in the store. */
export async function buildUpload(userId: string, values: { name?: string } = {}) {
  const id = newId();
  const { name = `file_${id}` } = values;
  const data = { fileName: `${name}.csv`, format: "csv", storeKey: `uploads/${userId}/${id}.parquet` };
  const columns = [{ name: "n", type: "BIGINT" }];
  return db().upload.create({ data: { id, userId, name, ...data, bytes: 10n, rows: 1n, columns, preview: [["1"]] } });
}
