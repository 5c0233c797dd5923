import type pg from "pg";
import { useAsCompany } from "./company-use";
import type { Line } from "./line";
import { inOwnDatabase } from "./own-database";
import { spread, timed } from "./stats";

/** Entries of 300 people over this month, as a company's would be. */
const seed = (count: number) => `
  insert into audit_entries (id, at, user_id, action, object, detail, address)
  select lpad(i::text, 26, '0'), date_trunc('month', now()) + (now() - date_trunc('month', now())) * i / ${count},
    'bench-person-' || i % 300, (array['execution.cancel', 'query.update', 'share.create', 'token.create', 'gate.stop'])[1 + i % 5],
    (array['execution:', 'query:', 'share:', 'token:', 'warehouse:'])[1 + i % 5] || i % 100000,
    jsonb_build_object('n', i), '10.0.' || i / 250 % 250 || '.' || i % 250
  from generate_series(1, ${count}) i`;

/** Indexes are made once it is filled: entry by entry they take a quarter of an hour. */
async function filled(client: pg.Client, count: number): Promise<void> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as made from pg_index
     where indrelid = 'audit_entries'::regclass and not indisprimary`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await client.query(seed(count));
  // Of a table in months it names the index of the whole alone.
  for (const { made } of rows) await client.query(made.replace(" ON ONLY ", " ON "));
  await client.query("vacuum analyze audit_entries");
}

const asked = [
  ...["", "user=bench-person-7", "action=share.create", "object=query:4711", "address=10.0.7.9", "q=token"],
  "user=bench-person-7&action=query.update",
  `from=${new Date(Date.now() - 3_600_000).toISOString()}`,
  `to=${new Date(Date.now() - 5 * 86_400_000).toISOString()}&action=gate.stop`,
];

/** What the audit page and the usage page ask, over five million entries and a year of 300 people's use. */
export const audit: Line = {
  name: "audit",
  async measure({ sluice, product, quick }) {
    const count = quick ? 20_000 : 5_000_000;
    const counted = await inOwnDatabase({ sluice, product }, async (client) => {
      await filled(client, count);
      return useAsCompany(client, quick);
    });
    const target = "p95 <= 300";
    const pages: number[] = [];
    for (const query of asked)
      pages.push(...(await timed(quick ? 2 : 15, () => sluice.json("GET", `/api/v1/audit?limit=50&${query}`), 1)));
    const [log, usage] = [
      spread(pages),
      spread(await timed(quick ? 3 : 50, () => sluice.json("GET", "/api/v1/usage"), 1)),
    ];
    return [
      { what: `audit log, ${count} entries`, unit: "ms", ours: log.p50, ours95: log.p95, target, met: log.p95 <= 300 },
      {
        what: `usage then, of ${counted} counted rows`,
        unit: "ms",
        ours: usage.p50,
        ours95: usage.p95,
        target,
        met: usage.p95 <= 300,
      },
    ];
  },
};
