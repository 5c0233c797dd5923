import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startSession } from "@/lib/access/sessions";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import {
  allowDownloads,
  buildSecret,
  buildTeam,
  buildToken,
  buildUpload,
  buildUser,
  buildWarehouse,
  contextFor,
} from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { type SampleRequest, sampleBatch, sampleRequests, type Targets } from "@/lib/testing/requests";
import { call as ask, bearer } from "@/lib/testing/rest";
import { buildFailedRun, buildStoredFile } from "@/lib/testing/runs";
import { adapterFor } from "@/lib/warehouses/registry";
import { operations } from "./operations/registry";

/** Every route, every field, nested ones too: what does not belong there is refused by name and breaks nothing. */

type Path = (string | number)[];
interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | false;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  /** Of a body that has a shape for each kind. */
  oneOf?: JsonSchema[];
  const?: unknown;
}

const guarded = operations
  .filter(({ operation }) => operation.action !== null)
  .map((one) => ({ ...one, id: `${one.group}.${one.name}` }));

let headers: Record<string, string>;
let asker: string;
let target: Targets;
let warehouse: Awaited<ReturnType<typeof buildWarehouse>>;
let ended: string;

beforeAll(async () => {
  await testDatabase();
  const admin = await buildUser({ role: "admin" });
  await allowDownloads("admin");
  asker = admin.id;
  await allowDownloads("admin");
  headers = bearer(await buildToken(asker));
  warehouse = await buildWarehouse({ sql: "create table one as select 1 as n" });
  ended = await submitted("select 1");
  // No worker runs here: the statement's end is written as a worker would.
  await pool().query(
    `update statements set state = 'succeeded', columns = '[{"name":"n","type":"integer"}]', row_count = 1, head = '1\n',
       head_rows = 1 where id = (select statement_id from executions where id = $1)`,
    [ended],
  );
  await renewTargets();
});
afterAll(async () => {
  await (await adapterFor("postgres")).close();
  await closeGate();
});

/** Whether a request was taken that may have changed what the next one is about. */
let changed = true;

const call: typeof ask = async (operation, how) => {
  const answer = await ask(operation, how);
  changed ||= answer.ok && operation.method !== "GET";
  return answer;
};

async function submitted(sql: string): Promise<string> {
  const answer = await call(
    { method: "POST", path: "/executions" },
    { headers, body: { warehouse: warehouse.id, sql } },
  );
  return ((await answer.json()) as { id: string }).id;
}

async function drawn(query: string): Promise<string> {
  const body = { title: "Drawn", spec: { type: "number" }, of: { kind: "query", id: query } };
  const answer = await call({ method: "POST", path: "/charts" }, { headers, body });
  return ((await answer.json()) as { id: string }).id;
}

async function boarded(query: string): Promise<string> {
  const parameters = [{ name: "name", type: "text" }];
  const body = { title: "Shown", parameters, tiles: [{ id: "t1", kind: "query", query }] };
  const answer = await call({ method: "POST", path: "/boards" }, { headers, body });
  return ((await answer.json()) as { id: string }).id;
}

async function scheduled(id: string): Promise<string> {
  const body = { when: "0 8 * * *", zone: "UTC", parameters: { name: "x" } };
  const answer = await call({ method: "POST", path: "/queries/{id}/triggers" }, { headers, params: { id }, body });
  return ((await answer.json()) as { id: string }).id;
}

async function saved(): Promise<string> {
  const body = { warehouse: warehouse.id, title: "Saved", sql: "select {{name}}" };
  const answer = await call({ method: "POST", path: "/queries" }, { headers, body });
  return ((await answer.json()) as { id: string }).id;
}

async function said(): Promise<string> {
  const how = { headers, params: { id: ended }, body: { text: "Looks right." } };
  const answer = await call({ method: "POST", path: "/executions/{id}/comments" }, how);
  return ((await answer.json()) as { id: string }).id;
}

async function shared(query: string, team: string): Promise<string> {
  const body = { kind: "query", id: query, audience: "team", to: team };
  const answer = await call({ method: "POST", path: "/shares" }, { headers, body });
  return ((await answer.json()) as { id: string }).id;
}

/** What a request that was taken may have changed; what was only refused has changed nothing. */
async function renewTargets(): Promise<void> {
  if (!changed) return;
  const user = await buildUser();
  const [team, owners] = [await buildTeam(), await buildTeam()];
  const reader = { id: newId(), kind: "reader", name: newId(), username: "r", secret: "s" } as const;
  // Its first reader, of whom the samples tell, and one more: earlier requests may have added others.
  const others = { kind: "reader", id: { not: warehouse.readerId } } as const;
  await db().warehouseRole.deleteMany({ where: { warehouseId: warehouse.id, ...others } });
  await db().warehouseRole.create({ data: { ...reader, warehouseId: warehouse.id } });
  await db().warehouse.update({ where: { id: warehouse.id }, data: { slots: 1_000, perUser: 0 } });
  await db().limit.deleteMany();
  await db().pause.updateMany({ where: { endedAt: null }, data: { endedAt: new Date() } });
  const query = await saved();
  const failed = await buildFailedRun(await contextFor(asker));
  target = {
    warehouse: warehouse.id,
    reader: reader.id,
    execution: await submitted(`select ${Math.random()}`),
    ended,
    query,
    ...failed,
    file: await buildStoredFile(failed.pipeline, failed.run),
    share: await shared(query, team.id),
    chart: await drawn(query),
    request: (
      await db().accessRequest.create({ data: { id: newId(), kind: "query", objectId: query, userId: user.id } })
    ).id,
    board: await boarded(query),
    pause: (await db().pause.create({ data: { id: newId(), kind: "person", targets: [user.id] } })).id,
    comment: await said(),
    trigger: await scheduled(query),
    upload: (await buildUpload(asker)).id,
    user: user.id,
    team: team.id,
    token: (await buildToken(user.id)).id,
    secret: (await buildSecret(owners.id)).name,
    secretTeam: owners.id,
    session: await startSession(user, { userAgent: null, address: null }, "link"),
  };
  changed = false;
}

/** Every place in a schema, records under the name `name`. */
function placesIn(schema: JsonSchema, path: Path = []): Path[] {
  const inside = [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, one]) => placesIn(one, [...path, key])),
    ...(schema.items ? placesIn(schema.items, [...path, 0]) : []),
    ...(schema.additionalProperties ? placesIn(schema.additionalProperties, [...path, "name"]) : []),
    ...(schema.anyOf ?? []).flatMap((one) => placesIn(one, path).filter((found) => found.length > path.length)),
  ];
  return path.length > 0 ? [path, ...inside] : inside;
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown> | undefined)?.[key], value);

function withValue(body: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(body);
  const holder = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  holder[path.at(-1) as string] = value;
  return copy;
}

const places = guarded.flatMap(({ id, operation }) => {
  if (!operation.body) return [];
  const schema = z.toJSONSchema(operation.body, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return (schema.oneOf ?? [schema]).flatMap((one) => {
    const kind = Object.values(one.properties ?? {}).find((property) => property.const !== undefined)?.const;
    const name = schema.oneOf ? `${id} of ${kind}` : id;
    // There it is refused as a whole, whatever stands in it.
    const found = placesIn(one).filter(([first]) => !(kind === "mysql" && first === "writer"));
    return found.map((path) => ({ id, name, kind: String(kind), operation, path, field: path.join(".") }));
  });
});

function bodyOf(id: string, kind: string, path: Path): Record<string, unknown> {
  const sample = sampleRequests(target)[id];
  let body = path[0] === "batch" ? sampleBatch(target) : (sample?.bodies?.[kind] ?? sample?.body ?? {});
  // Where one value or several are taken, the sample has one, and its place in a list is asked for.
  path.forEach((key, depth) => {
    const holder = path.slice(0, depth);
    if (typeof key !== "number" || Array.isArray(at(body, holder))) return;
    body = withValue(body, holder, [at(body, holder)]) as Record<string, unknown>;
  });
  return body;
}

/** So that what waits for an end does not wait for one that never comes. */
function queryOf(sample: SampleRequest | undefined): string | undefined {
  return sample?.query && `?${new URLSearchParams(sample.query)}`;
}

interface Problem {
  fields?: { field: string }[];
  detail: string;
}

/** Refused as 422, and the answer names this field, or the one that holds it or lies in it. */
async function expectNamed(answer: Response, field: string, what: string): Promise<void> {
  const text = await answer.text();
  expect(answer.status, `${what}: ${text.slice(0, 300)}`).toBe(422);
  const names = ((JSON.parse(text) as Problem).fields ?? []).map((one) => one.field);
  const near = (name: string) => name === field || name.startsWith(`${field}.`) || field.startsWith(`${name}.`);
  expect(names.some(near), `${what}: ${text.slice(0, 300)}`).toBe(true);
}

describe("the samples", () => {
  it.each(guarded)("have every field of $id, and are taken", async ({ id, operation }) => {
    await renewTargets();
    const sample = sampleRequests(target)[id];
    expect(sample, `no sample for ${id}`).toBeDefined();
    for (const { path, kind } of places.filter((place) => place.id === id))
      expect(at(bodyOf(id, kind, path), path), `${id} ${kind} ${path.join(".")}`).not.toBeUndefined();
    const { body, bodies, text: sent, params, query } = sample ?? {};
    // There is no large cell and no draft, and an earlier request may have given the warehouse another address.
    const expected = {
      "executions.cell": 404,
      // Who asks may open everything.
      "requests.create": 409,
      "drafts.read": 404,
      "pipelines.draft": 404,
      // That run has published nothing, and of the file there is only the row.
      "artifacts.rows": 404,
      "artifacts.open": 404,
      "artifacts.download": 404,
      "files.download": 410,
      // No catalogue was read, so no reader sees a table.
      "usage.table": 404,
      // Another's: nobody is given the new value of it. That one's own is rotated is tested beside it.
      "tokens.rotate": 404,
      // There is none: that it is made is tested beside it.
      "serviceAccounts.createToken": 404,
      // For browsers: tested beside it.
      "views.begin": 403,
      "views.end": 404,
      // Its row of one column is in no store: that rows are saved is tested beside the worker.
      "savedTables.save": 409,
      // They have run nothing: that rows go is tested beside it.
      "erasures.erase": 409,
      // It waits no more: nothing stood before it.
      "gate.move": 409,
      "queries.choices": 503,
      "warehouses.explain": 503,
      "warehouses.tables": 503,
      "gate.foreignSessions": 503,
      "gate.endForeign": 503,
    };
    for (const one of bodies ? Object.values(bodies) : [body]) {
      const search = `?${new URLSearchParams(query)}`;
      const answer = await call(operation, { headers, body: one, text: sent, params, query: search });
      const text = id === "executions.events" ? "" : await answer.text();
      expect([200, 201, 202, 204, (expected as Record<string, number>)[id]], `${id} ${text}`).toContain(answer.status);
      await answer.body?.cancel().catch(() => undefined);
    }
  });
});

describe("a body", () => {
  it.each(places)(
    "$name refuses an object, a list and a half character as $field",
    async ({ id, kind, operation, path, field }) => {
      const sample = sampleRequests(target)[id];
      const good = at(bodyOf(id, kind, path), path);
      const nested = typeof good === "object";
      const wrong: [string, unknown][] = [
        ["an object", { $gt: "" }],
        ["a list", [[]]],
        ["NUL", "a\u0000b"],
        ["half a character", "a\ud83d"],
      ];
      for (const [what, value] of wrong) {
        const body = withValue(
          bodyOf(id, kind, path),
          path,
          nested && what === "an object" ? { $gt: { $gt: "" } } : value,
        );
        const answer = await call(operation, { headers, body, params: sample?.params, query: queryOf(sample) });
        await expectNamed(answer, field, `${id} ${field} = ${what}`);
      }
    },
  );

  it.each(places)("$name stands anything as $field", async ({ id, kind, operation, path, field }) => {
    await renewTargets();
    for (const value of [
      null,
      true,
      -1,
      1.5,
      1e300,
      "",
      "x".repeat(1 << 20),
      "'; drop table users; --",
      "\u202e<b>",
      [],
    ]) {
      const what = `${id} ${field} = ${JSON.stringify(value).slice(0, 30)}`;
      const sample = sampleRequests(target)[id];
      const body = withValue(bodyOf(id, kind, path), path, value);
      const answer = await call(operation, { headers, body, params: sample?.params, query: queryOf(sample) });
      const text = await answer.text();
      expect(answer.status, `${what}: ${text.slice(0, 300)}`).not.toBe(500);
      // A test on a host that nobody has answers in the report; nothing else may fail for such a reason.
      if (answer.status === 422) await expectNamed(new Response(text, { status: 422 }), field, what);
      else expect([200, 201, 202, 204, 404, 409, 503], `${what}: ${text.slice(0, 300)}`).toContain(answer.status);
    }
  });

  it.each(guarded.filter(({ operation }) => operation.body))(
    "$id refuses what is no object",
    async ({ id, operation }) => {
      const params = sampleRequests(target)[id]?.params;
      for (const text of ["[]", "null", '"text"', "7", "[{}]"])
        expect((await call(operation, { headers, text, params })).status, text).toBe(422);
      for (const text of ["{", "{'a': 1}", "\u0000"])
        expect((await call(operation, { headers, text, params })).status, text).toBe(400);
    },
  );

  it("names a key that PostgreSQL cannot keep", async () => {
    const body = { warehouse: warehouse.id, sql: "select 1", parameters: { "a\u0000": 1 } };
    await expectNamed(await call({ method: "POST", path: "/executions" }, { headers, body }), "parameters", "key");
  });
});

const odd = [
  "\u0000",
  "a\ud800",
  "[object Object]",
  "-1",
  "1e309",
  "NaN",
  "../../x",
  "x".repeat(100_000),
  "%00",
  "' or 1=1 --",
];

describe("a query string", () => {
  const queries = guarded.flatMap(({ id, operation }) => {
    const shape = (operation.query as z.ZodObject | undefined)?.shape ?? {};
    return Object.keys(shape).map((field) => ({ id, operation, field }));
  });
  it.each(queries)("$id stands anything as $field", async ({ id, operation, field }) => {
    const sample = sampleRequests(target)[id];
    expect(sample?.query, `${id} has no sample of ${field}`).toHaveProperty(field);
    for (const value of odd) {
      const query = `?${new URLSearchParams({ ...sample?.query, [field]: value })}`;
      const answer = await call(operation, {
        headers,
        query,
        params: sample?.params,
        body: sample?.body,
        text: sample?.text,
      });
      const what = `${id} ?${field}=${JSON.stringify(value).slice(0, 30)}`;
      const text = await answer.text();
      expect([200, 201, 202, 404, 409, 422, 503], `${what}: ${text.slice(0, 300)}`).toContain(answer.status);
      if (value === "\u0000") expect(answer.status, what).toBe(422);
      if (answer.status === 422) await expectNamed(new Response(text, { status: 422 }), field, what);
    }
  });
});

describe("a path", () => {
  const paths = guarded.flatMap(({ id, operation }) =>
    [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => ({ id, operation, name: match[1] ?? "" })),
  );
  it.each(paths)("$id stands anything as $name", async ({ id, operation, name }) => {
    const sample = sampleRequests(target)[id];
    for (const value of [...odd, newId()]) {
      const params = { ...sample?.params, [name]: value };
      const answer = await call(operation, { headers, params, body: sample?.body, text: sample?.text });
      const what = `${id} ${name}=${JSON.stringify(value).slice(0, 30)}`;
      const text = await answer.text();
      // A draft's tab and a schema's name may be any text.
      const taken = /^(drafts|schemaGrants)/.test(id) ? [200] : [];
      expect([204, 404, 422, ...taken], `${what}: ${text.slice(0, 200)}`).toContain(answer.status);
    }
  });
});
