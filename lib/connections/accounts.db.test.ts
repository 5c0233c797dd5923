import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decrypt } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildToken, buildUser } from "@/lib/testing/factories";
import { bearer, call } from "@/lib/testing/rest";

/** An engine whose secret says who it is: the key of a service account has its name in it. */

let headers: Record<string, string>;
beforeAll(async () => {
  await testDatabase();
  headers = bearer(await buildToken((await buildUser({ role: "admin" })).id));
});
afterAll(() => db().$disconnect());

const key = (email: string) =>
  JSON.stringify({
    type: "service_account",
    client_email: email,
    private_key: "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n",
    token_uri: "https://elsewhere.example.com/token",
  });

interface Answer {
  id: string;
  fields?: { field: string; message: string }[];
  admin: { config: Record<string, unknown>; readers: { id: string; user: string }[]; writer: { user: string } | null };
}

async function ask(method: "POST" | "PATCH", path: string, body: object, params?: Record<string, string>) {
  const answer = await call({ method, path }, { headers, body, params: params ?? {} });
  const text = await answer.text();
  return { status: answer.status, text, body: (text ? JSON.parse(text) : {}) as Answer };
}

const make = (config: object, more: object = {}) =>
  ask("POST", "/warehouses", { name: newId(), engine: "bigquery", config, ...more });

describe("an account that its key names", () => {
  it("is stored under that name, and its key is never shown", async () => {
    const made = await make(
      { project: "my-project", password: key("reader@my-project.iam.gserviceaccount.com") },
      { writer: { password: key("writer@my-project.iam.gserviceaccount.com") } },
    );
    expect(made.status, made.text).toBe(201);
    expect(made.text).not.toContain("BEGIN PRIVATE KEY");
    expect(made.body.admin).toMatchObject({
      config: { project: "my-project", location: "US", maximumBytesBilled: null, endpoint: null },
      readers: [{ user: "reader@my-project.iam.gserviceaccount.com" }],
      writer: { user: "writer@my-project.iam.gserviceaccount.com" },
    });
    const changed = await ask(
      "PATCH",
      "/warehouses/{id}",
      { config: { location: "EU", password: key("other@my-project.iam.gserviceaccount.com") } },
      { id: made.body.id },
    );
    expect(changed.status, changed.text).toBe(200);
    expect(changed.body.admin).toMatchObject({
      config: { project: "my-project", location: "EU" },
      readers: [{ user: "other@my-project.iam.gserviceaccount.com" }],
    });
    const role = await db().warehouseRole.findUniqueOrThrow({ where: { id: changed.body.admin.readers[0]?.id ?? "" } });
    expect(role.secret).not.toContain("PRIVATE KEY");
    expect(decrypt(role.secret, role.id)).toContain("other@my-project");
  });

  it("stays as it is where no key is given", async () => {
    const made = await make({ project: "my-project", password: key("kept@my-project.iam.gserviceaccount.com") });
    const { id } = made.body;
    const changed = await ask("PATCH", "/warehouses/{id}", { config: { maximumBytesBilled: 5_000_000 } }, { id });
    expect(changed.body.admin).toMatchObject({
      config: { maximumBytesBilled: 5_000_000 },
      readers: [{ user: "kept@my-project.iam.gserviceaccount.com" }],
    });
  });

  it("has a further reader by its own key", async () => {
    const made = await make({ project: "my-project", password: key("first@my-project.iam.gserviceaccount.com") });
    const body = { name: "finance", password: key("finance@my-project.iam.gserviceaccount.com") };
    const reader = await ask("POST", "/warehouses/{id}/readers", body, { id: made.body.id });
    expect(reader.status, reader.text).toBe(201);
    const role = await db().warehouseRole.findUniqueOrThrow({ where: { id: reader.body.id } });
    expect(role.username).toBe("finance@my-project.iam.gserviceaccount.com");
  });

  it.each([
    ["", "There is no key."],
    ["secret", "This is not JSON."],
    ['{"type":"authorized_user"}', "authorized_user"],
    ['{"type":"external_account","token_url":"http://169.254.169.254/"}', "external_account"],
    ['{"type":"service_account"}', "no client_email and private_key"],
  ])("is refused at its field for the key %s", async (password, words) => {
    const made = await make({ project: "my-project", password });
    expect(made.status).toBe(422);
    expect(made.body.fields).toEqual([{ field: "config.password", message: expect.stringContaining(words) }]);
  });

  it("goes to no address but Google's and the emulators that the server's environment names", async () => {
    const made = await make({ project: "demo", endpoint: "http://169.254.169.254", password: "" });
    expect(made.body.fields).toEqual([
      { field: "config.endpoint", message: expect.stringContaining("BIGQUERY_EMULATORS") },
    ]);
    const stored = await make({ project: "demo", endpoint: "http://127.0.0.1:1", password: "" });
    expect(stored.status, stored.text).toBe(201);
    const { id } = stored.body;
    const moved = await ask("PATCH", "/warehouses/{id}", { config: { endpoint: "http://10.0.0.1" } }, { id });
    expect(moved.body.fields?.[0]?.field).toBe("config.endpoint");
    const tried = { engine: "bigquery", config: { project: "demo", endpoint: "http://10.0.0.1" }, warehouse: id };
    expect((await ask("POST", "/warehouses/test", tried)).body.fields?.[0]?.field).toBe("config.endpoint");
  });

  it("has no setting of another engine", async () => {
    const made = await make({ project: "my-project", password: key("a@b.iam.gserviceaccount.com") });
    const changed = await ask("PATCH", "/warehouses/{id}", { config: { host: "db" } }, { id: made.body.id });
    expect(changed.status).toBe(422);
    expect(changed.body.fields).toEqual([{ field: "config.host", message: "Google BigQuery has no such setting." }]);
  });
});

describe("a test before anything is stored", () => {
  const tried = (config: object) => ask("POST", "/warehouses/test", { engine: "bigquery", config });

  it("asks for the key as it is called, and for none where an emulator serves", async () => {
    const without = await tried({ project: "my-project" });
    expect(without.body.fields).toEqual([{ field: "config.password", message: expect.stringContaining("no key") }]);
    const emulated = await tried({ project: "demo", endpoint: "http://127.0.0.1:1" });
    expect(emulated.status, emulated.text).toBe(200);
    expect(JSON.parse(emulated.text)).toMatchObject({
      ok: false,
      problem: { field: "project", message: expect.stringContaining("127.0.0.1:1") },
    });
  });
});

describe("the writer of an engine that is only read", () => {
  const config = { host: "127.0.0.1", port: 1, database: "shop", user: "reads", password: "none" };
  const writer = { user: "writes", password: "none" };
  const words = { field: "writer", message: "MySQL or MariaDB is only read by Sluice: leave the writer out." };

  it("is refused at its field, and may still be taken away", async () => {
    const refused = await make(config, { engine: "mysql", writer });
    expect(refused).toMatchObject({ status: 422, body: { fields: [words] } });
    const made = await make(config, { engine: "mysql" });
    expect(made.status, made.text).toBe(201);
    const { id } = made.body;
    const changed = await ask("PATCH", "/warehouses/{id}", { writer }, { id });
    expect(changed).toMatchObject({ status: 422, body: { fields: [words] } });
    const away = await ask("PATCH", "/warehouses/{id}", { writer: null }, { id });
    expect(away.status, away.text).toBe(200);
  });
});
