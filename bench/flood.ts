import { readFile } from "node:fs/promises";
import path from "node:path";
import { encode } from "next-auth/jwt";
import type { Line } from "./line";
import { inOwnDatabase } from "./own-database";
import { submit } from "./sluice";
import { spread } from "./stats";

const pages = ["/", "/executions", "/queries", "/admin/load"];
const clients = 16;

/** Pages as the first admin sees them in a browser, while a program submits 10,000 executions as fast as they are taken. */
export const flood: Line = {
  name: "flood",
  async measure({ sluice, product, warehouse, quick }) {
    const sub = await inOwnDatabase({ sluice, product }, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `insert into sessions (id, user_id, expires_at) select 'bench-session', id, now() + interval '1 day'
         from users where email = $1 returning user_id as id`,
        [product.email],
      );
      return rows[0]?.id;
    });
    const { authSecret } = JSON.parse(await readFile(path.join(product.home, "secrets.json"), "utf8")) as {
      authSecret: string;
    };
    const value = await encode({ token: { sid: "bench-session", sub }, secret: authSecret, maxAge: 86_400 });
    const look = async (page: string) => {
      const from = performance.now();
      const answer = await fetch(`${product.url}${page}`, {
        headers: { cookie: `sluice.session=${value}` },
        redirect: "manual",
      });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`${page} answered ${answer.status}`);
      return performance.now() - from;
    };
    const round = async (samples: number[]) => {
      for (const page of pages) samples.push(await look(page));
    };
    for (let n = 0; n < 5; n++) await round([]);
    const idle: number[] = [];
    for (let n = 0; n < (quick ? 15 : 40); n++) await round(idle);
    const count = quick ? 1_000 : 10_000;
    let left = count;
    let flooding = true;
    const begun = performance.now();
    const submits = Array.from({ length: clients }, async () => {
      for (let n = left--; n > 0; n = left--) await submit(sluice, { warehouse, sql: `select ${n}, 'flood'` });
    });
    const over = Promise.all(submits).finally(() => (flooding = false));
    const during: number[] = [];
    while (flooding) await round(during);
    await over;
    const seconds = (performance.now() - begun) / 1_000;
    await sluice.json("POST", `/api/v1/warehouses/${warehouse}/stop`, { of: "everything", reason: "bench" });
    const [rest, busy] = [spread(idle), spread(during)];
    return [
      {
        ...{ what: `pages during ${count} submissions; idle`, unit: "ms", target: "p95 <= 2x idle" },
        ...{ ours: busy.p50, ours95: busy.p95, floor: rest.p50, floor95: rest.p95, met: busy.p95 <= 2 * rest.p95 },
      },
      { what: "submissions taken meanwhile", unit: "/s", ours: count / seconds, target: "", met: null },
    ];
  },
};
