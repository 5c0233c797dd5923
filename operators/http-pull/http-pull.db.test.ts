import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkManifest } from "@/lib/operators/check-manifest";
import { removeStages, runStage, type StageEnd, type StageRequest } from "@/lib/testing/stages";
import { linked, waitOf } from "../files/answers";

/** An API of orders, 250 of them, that pages in each of the usual ways. */
const orders = Array.from({ length: 250 }, (_, n) => ({
  id: n + 1,
  customer: { name: `c${n % 7}` },
  updated_at: new Date(Date.UTC(2026, 2, 1) + n * 3_600_000).toISOString(),
}));
let asked: string[] = [];
let tokens = 0;
let busy = 0;

const answers: Record<string, (at: URL, request: IncomingMessage, response: ServerResponse) => object | undefined> = {
  "/all": ({ searchParams }) => orders.filter((one) => one.updated_at > (searchParams.get("since") ?? "")),
  "/pages": ({ searchParams }) => {
    const [page, size] = [Number(searchParams.get("page")), Number(searchParams.get("per_page") ?? 100)];
    return { data: { items: orders.slice((page - 1) * size, page * size) } };
  },
  "/offsets": ({ searchParams }) => {
    const [from, size] = [Number(searchParams.get("offset")), Number(searchParams.get("limit"))];
    return { items: orders.slice(from, from + size) };
  },
  "/cursors": ({ searchParams }) => {
    const from = Number(searchParams.get("cursor") ?? 0);
    const next = from + 100 < orders.length ? String(from + 100) : null;
    return { items: orders.slice(from, from + 100), meta: { next } };
  },
  "/links": (at, _request, response) => {
    const from = Number(at.searchParams.get("from") ?? 0);
    if (from + 100 < orders.length)
      response.setHeader("link", `</links?from=0>; rel="first", </links?from=${from + 100}>; rel="next"`);
    return orders.slice(from, from + 100);
  },
  "/busy": (_at, _request, response) => {
    if (busy++ > 1) return [{ id: 1 }];
    response.writeHead(busy === 1 ? 429 : 503, { "retry-after": "0" }).end();
  },
  "/loop": () => ({ items: [{ id: 1 }], meta: { next: "the same" } }),
  "/elsewhere": () => ({ items: [{ id: 1 }], meta: { next: "http://169.254.169.254/latest" } }),
  "/none": () => [],
  "/word": (_at, _request, response) => void response.end("<h1>Sign in</h1>"),
  "/token": (_at, { headers }, response) => {
    if (headers.authorization !== `Basic ${Buffer.from("me:s%2F1").toString("base64")}`)
      return void response.writeHead(401).end();
    return { access_token: `token ${++tokens}` };
  },
  "/signed": (_at, { headers }, response) => {
    // The first token has run out by the second page.
    const { authorization, "x-key": key } = headers;
    const good = ["Bearer s/1", `Basic ${Buffer.from("me:s/1").toString("base64")}`, "Bearer token 2"];
    return good.includes(authorization ?? "") || key === "s/1" ? [{ ok: true }] : void response.writeHead(401).end();
  },
};
let server: Server;
let origin = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    const at = new URL(request.url ?? "", "http://x");
    asked.push(request.url ?? "");
    const answer = answers[at.pathname]?.(at, request, response);
    if (answer) response.end(JSON.stringify(answer));
    else if (!response.writableEnded) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  removeStages();
});

const pull = (at: string, params: object = {}, more: Partial<StageRequest> = {}) =>
  runStage("http-pull", {
    params: { url: origin + at, ...params },
    hosts: ["127.0.0.1"],
    outputs: { rows: { format: "parquet" } },
    ...more,
  });

async function rowsOf(end: StageEnd, columns: string) {
  expect(end, JSON.stringify(end.result)).toMatchObject({ code: 0 });
  const duck = await (await DuckDBInstance.create()).connect();
  const from = `'${path.join(end.out, "rows", "part-0.parquet")}'`;
  return (await duck.runAndReadAll(`select ${columns} from ${from}`)).getRowsJS();
}
const handed = ({ out }: StageEnd) => JSON.parse(readFileSync(path.join(out, "params.json"), "utf8"));
const whole = "count(*)::int, count(distinct id)::int, min(id)::int, max(id)::int";

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync("operators/http-pull/operator.json", "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

describe("pages", () => {
  it.each([
    ["/pages", { paging: "page", size_parameter: "per_page", size: 100, records: "data.items" }, 3],
    ["/offsets", { paging: "offset", size_parameter: "limit", size: 125, records: "items" }, 3],
    ["/cursors", { paging: "cursor", records: "items", next: "meta.next" }, 3],
    ["/links", { paging: "link" }, 3],
  ])("of %s are all asked for, each once", async (at, params, count) => {
    const end = await pull(at, params);
    expect(await rowsOf(end, whole)).toEqual([[250, 250, 1, 250]]);
    expect(end.result).toMatchObject({ rows: 250, metrics: { pages: count } });
    expect(new Set(asked).size).toBe(count);
  });

  it("are asked again when they say so", async () => {
    expect(await rowsOf(await pull("/busy"), "id::int")).toEqual([[1]]);
    expect(asked).toHaveLength(3);
  });

  it.each([
    ["/loop", { paging: "cursor", records: "items", next: "meta.next" }, "paging", /was there before/],
    ["/elsewhere", { paging: "cursor", records: "items", next: "meta.next" }, "paging", /another place/],
    ["/links", { paging: "link", most_pages: 2 }, "most_pages", /more than 2 pages/],
    ["/pages?page=1", { records: "data.rows" }, "records", /no list at data.rows/],
    ["/word", {}, "url", /answered no JSON/],
    ["/nowhere", {}, "url", /answered 404/],
  ])("of %s that go wrong hand nothing on", async (at, params, field, message) => {
    const end = await pull(at, params);
    expect(end).toMatchObject({ code: 1, result: { error: { field, message: expect.stringMatching(message) } } });
  });

  it("are read only as far as a trial goes", async () => {
    const end = await pull("/links", { paging: "link" }, { dry: { rows: 5 } });
    expect(end.result?.rows).toBe(5);
    expect(asked).toHaveLength(1);
  });
});

describe("records", () => {
  it("give the columns that are asked for, or their own", async () => {
    const fields = { number: "id", who: "customer.name", none: "customer.phone" };
    const end = await pull("/all", { fields });
    expect((await rowsOf(end, "number::int, who, none"))[0]).toEqual([1, "c0", null]);
    expect((await rowsOf(await pull("/all"), "customer.name"))[0]).toEqual(["c0"]);
  });

  it("that do not come have the columns of the time before", async () => {
    const unknown = await pull("/none");
    expect(unknown.result?.error).toMatchObject({ field: "fields" });
    const before = handed(await pull("/all"));
    expect(await rowsOf(await pull("/none", {}, { before }), "count(id)::int, count(updated_at)::int")).toEqual([
      [0, 0],
    ]);
  });
});

it("asks for what is new since the interval before, and for the same again over the same interval", async () => {
  const params = { since_field: "updated_at", since_first: "2026-03-05T00:00:00.000Z" };
  const first = await pull("/all", params);
  expect(await rowsOf(first, "count(*)::int")).toEqual([[orders.length - 97]]);
  const before = handed(first);
  expect(before.since).toBe(orders.at(-1)?.updated_at);
  for (let times = 1; times <= 2; times++) {
    const next = await pull("/all", params, { before });
    expect(await rowsOf(next, "count(*)::int")).toEqual([[0]]);
    expect(handed(next).since).toBe(before.since);
  }
  expect(new Set(asked.slice(1)).size).toBe(1);
});

describe("signing in", () => {
  const secrets = { secret: "s/1\n" };
  it.each([
    ["bearer", {}],
    ["basic", { user: "me" }],
    ["header", { header: "X-Key" }],
    ["oauth2", { client: "me" }],
  ])("by %s", async (auth, more) => {
    const token = auth === "oauth2" ? { token_url: `${origin}/token` } : {};
    const end = await pull("/signed", { auth, ...more, ...token }, { secrets });
    expect(await rowsOf(end, "ok")).toEqual([[true]]);
  });

  it("says what is missing, and shows no secret", async () => {
    expect((await pull("/signed")).result?.error).toMatchObject({
      field: "auth",
      message: expect.stringMatching(/401/),
    });
    expect((await pull("/signed", { auth: "bearer" })).result?.error).toMatchObject({ field: "secret" });
    const wrong = await pull("/signed", { auth: "bearer" }, { secrets: { secret: "wr0ng" } });
    expect(JSON.stringify(wrong.result) + wrong.stderr).not.toContain("wr0ng");
  });
});

it("is not asked in a private network", async () => {
  const end = await pull("/all", {}, { hosts: [] });
  expect(end.result?.error?.message).toMatch(/lies in a private network/);
  expect(asked).toEqual([]);
});

it.each([
  ["5", 5_000],
  ["Wed, 01 Apr 2026 00:00:10 GMT", 10_000],
  ["soon", 1_000],
  [undefined, 1_000],
  ["999999", 600_000],
])("waits for %s as it is said", (told, ms) => {
  expect(waitOf(told, 1, Date.UTC(2026, 3, 1))).toBe(ms);
});

it.each([
  ['<https://x/2>; rel="next"', "https://x/2"],
  ['<https://x/1>; rel="prev", <https://x/3>; title="a, b"; rel=next', "https://x/3"],
  ['<https://x/1>; rel="last next"', "https://x/1"],
  ['<https://x/1>; rel="nextish"', null],
  ["", null],
])("finds in %s where it goes on", (header, next) => {
  expect(linked(header)).toBe(next);
});
