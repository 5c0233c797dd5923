import { beforeAll, expect, it } from "vitest";
import { asSuperuser, testDatabase } from "@/lib/testing/database";
import { buildUser } from "@/lib/testing/factories";
import { pool } from "./pool";
import { db } from "./prisma";

/** Servers are made with the time zone of their machine: what goes through Prisma must not be shifted by it. */

let user: string;
beforeAll(async () => {
  const { name } = await testDatabase();
  await asSuperuser(`alter database ${name} set timezone = 'Asia/Kathmandu'`);
  user = (await buildUser()).id;
});

it("writes the moment that was meant", async () => {
  const expiresAt = new Date("2030-01-01T12:00:00.123Z");
  await db().session.create({ data: { id: "written", userId: user, expiresAt } });
  const { rows } = await pool().query<{ ms: string }>(
    "select (extract(epoch from expires_at) * 1000)::bigint::text as ms from sessions where id = 'written'",
  );
  expect(rows).toEqual([{ ms: String(expiresAt.getTime()) }]);
});

it("reads the moment that stands there", async () => {
  await pool().query(
    "insert into sessions (id, user_id, expires_at) values ('read', $1, '2030-06-01T12:00:00.456+02:00')",
    [user],
  );
  const { expiresAt } = await db().session.findUniqueOrThrow({ where: { id: "read" } });
  expect(expiresAt.toISOString()).toBe("2030-06-01T10:00:00.456Z");
});
