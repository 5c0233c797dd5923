import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InboxView } from "@/lib/inbox/schema";
import { db } from "@/lib/platform/db/prisma";
import { testDatabase } from "@/lib/testing/database";
import { buildTeam, buildToken, buildUser, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { bearer, call } from "@/lib/testing/rest";
import type { CommentView, WrittenComment } from "./schema";

type Person = Awaited<ReturnType<typeof buildUser>> & { headers: Record<string, string> };
let ana: Person;
let bo: Person;
let vi: Person;
let execution: string;

beforeAll(async () => {
  await testDatabase();
  const person = async (role: "viewer" | "editor", name: string): Promise<Person> => {
    const user = await buildUser({ role, name });
    return { ...user, headers: bearer(await buildToken(user.id)) };
  };
  [ana, bo, vi] = [await person("editor", "Ana"), await person("viewer", "Bo"), await person("viewer", "Vi")];
  const team = await buildTeam({ userIds: [ana.id, bo.id] });
  const warehouse = await buildWarehouse({ teamIds: [team.id] });
  const body = { warehouse: warehouse.id, sql: "select 'the secret'" };
  const answer = await call({ method: "POST", path: "/executions" }, { headers: ana.headers, body });
  execution = ((await answer.json()) as { id: string }).id;
});
afterAll(closeGate);

const ofExecution = (method: "GET" | "POST") => ({ method, path: "/executions/{id}/comments" }) as const;
const say = (by: Person, text: string) =>
  call(ofExecution("POST"), { headers: by.headers, params: { id: execution }, body: { text } });
const read = async (by: Person) => {
  const answer = await call(ofExecution("GET"), { headers: by.headers, params: { id: execution } });
  return answer.status === 200 ? ((await answer.json()) as { items: CommentView[] }).items : answer.status;
};
const change = (by: Person, id: string, text?: string) =>
  call(
    { method: text === undefined ? "DELETE" : "PATCH", path: "/comments/{id}" },
    { headers: by.headers, params: { id }, body: text === undefined ? undefined : { text } },
  );
const inbox = async (by: Person) =>
  ((await (await call({ method: "GET", path: "/inbox" }, { headers: by.headers })).json()) as InboxView).items;

describe("a comment", () => {
  it("is for those who may open the execution, and tells its owner and whom it mentions", async () => {
    expect((await say(vi, "Hello")).status).toBe(404);
    expect(await read(vi)).toBe(404);
    const written = await say(bo, `Is this right, <@${ana.id}> and <@${vi.id}>?`);
    expect(written.status).toBe(201);
    const comment = (await written.json()) as WrittenComment;
    expect(comment).toMatchObject({
      author: { name: "Bo" },
      mentions: [{ name: "Ana" }, { name: "Vi" }],
      cannotOpen: [{ id: vi.id }],
      may: { edit: true, remove: true },
    });
    expect(await read(ana)).toMatchObject([{ id: comment.id, may: { edit: false, remove: false } }]);
    expect(await inbox(ana)).toMatchObject([
      { kind: "mention", path: `/executions/${execution}#comment-${comment.id}` },
    ]);
    const [told] = await inbox(vi);
    expect(told?.text).toBe("Bo mentioned you on something that you may not open yet.");
    await say(bo, "And one more.");
    expect((await inbox(ana)).map(({ kind }) => kind)).toEqual(["comment", "mention"]);
    expect(await inbox(bo)).toEqual([]);
  });

  it("is changed by its author only, and tells only those whom the change mentions newly", async () => {
    const { id } = (await (await say(ana, `See <@${bo.id}>`)).json()) as WrittenComment;
    const before = (await inbox(bo)).length;
    expect((await change(bo, id, "No")).status).toBe(403);
    expect((await change(vi, id, "No")).status).toBe(404);
    expect((await change(ana, id, `See again <@${bo.id}>`)).status).toBe(200);
    expect((await inbox(bo)).length).toBe(before);
    expect(await db().comment.findUnique({ where: { id } })).toMatchObject({ text: `See again <@${bo.id}>` });
    expect((await change(bo, id)).status).toBe(403);
    expect((await change(ana, id)).status).toBe(204);
    expect((await change(ana, id)).status).toBe(404);
    expect(((await read(ana)) as CommentView[]).map((one) => one.id)).not.toContain(id);
  });

  it("refuses a mention of nobody, an empty text and one too long", async () => {
    await db().user.update({ where: { id: vi.id }, data: { disabledAt: new Date() } });
    for (const text of [`<@${vi.id}>`, "<@01hzzzzzzzzzzzzzzzzzzzzzzz>", "  ", "x".repeat(10_001)]) {
      const answer = await say(ana, text);
      expect(answer.status, text.slice(0, 30)).toBe(422);
      expect(await answer.json()).toMatchObject({ fields: [{ field: "text" }] });
    }
    expect((await say(ana, "<b>plain</b> <@me> @Bo")).status).toBe(201);
  });
});
