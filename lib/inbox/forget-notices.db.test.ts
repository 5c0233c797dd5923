import { beforeAll, expect, it } from "vitest";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildUser } from "@/lib/testing/factories";
import { forgetOldNotices } from "./forget-notices";

beforeAll(async () => {
  await testDatabase();
});

it("forgets what was read a month ago and what nobody read in half a year, but no open request", async () => {
  const user = await buildUser();
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const request = { kind: "query", objectId: "q", userId: user.id, message: "" };
  await db().accessRequest.createMany({
    data: [
      { ...request, id: "open", state: "open" },
      { ...request, id: "granted", objectId: "r", state: "granted" },
    ],
  });
  const notice = (id: string, created: number, read: boolean, requestId: string | null = null) => ({
    ...{ id, userId: user.id, kind: "mention", text: id, url: "/", requestId },
    createdAt: daysAgo(created),
    readAt: read ? daysAgo(created) : null,
  });
  await db().notice.createMany({
    data: [
      notice("read lately", 29, true),
      notice("read long ago", 31, true),
      notice("unread", 179, false),
      notice("unread for ever", 181, false),
      notice("waits", 400, true, "open"),
      notice("answered", 400, true, "granted"),
    ],
  });
  await forgetOldNotices();
  const left = await db().notice.findMany({ select: { id: true }, orderBy: { createdAt: "asc" } });
  expect(left.map(({ id }) => id)).toEqual(["waits", "unread", "read lately"]);
});
