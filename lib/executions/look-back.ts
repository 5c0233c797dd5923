import type pg from "pg";
import type { Context } from "@/lib/access/context";
import { allow } from "@/lib/access/policy";
import { pool } from "@/lib/platform/db/pool";
import { SluiceError } from "@/lib/platform/errors";
import { historyQuery, type Span, spanOf } from "./list";
import { type ItemRow, itemOf } from "./row";
import type { ExecutionsPage, ExecutionsQuery } from "./schema";

/**
 * Reading the history in bounded time, newest first.
 *
 * No index finds every text: of one whose parts are everywhere but which stands nowhere, the trigrams' index gives
 * hundreds of thousands to look at, of two letters nothing at all. So one look has a time, and ends with what it found and
 * since when everything was looked at; the cursor goes on from there, to the first execution of all. A look:
 * 1. walks the newest executions, which fills the page with whatever is frequent, and always gets on;
 * 2. asks the index for all that is older, which ends the search for whatever is rare;
 * 3. where that takes too long, walks on in growing steps until its time is over.
 */
const budgets = { near: 70, far: 5_000 };
const firstStep = 2_000;
const secondStep = 10_000;
const thirdStep = 50_000;

/** Milliseconds in which a step that is stopped by its time is not worth its begin. */
const leastMs = 5;

/** For the two thousand newest, however long their texts are. */
const enoughMs = 30_000;

/** What a step sets for itself: a walk is by id, however few the planner expects. */
const settings = { walk: { enable_bitmapscan: "off" }, gather: { work_mem: "64MB" } };

/**
 * History, newest first: only what this person may open. Ids sort by time, so the cursor is an id. `ms` is what one look
 * takes at most.
 */
export async function listExecutions(
  ctx: Context,
  filter: Partial<ExecutionsQuery>,
  ms: number = filter.far === "true" ? budgets.far : budgets.near,
): Promise<ExecutionsPage> {
  allow(ctx, "execution.read");
  const look = new Look(ctx, filter, ms);
  const whole =
    (await look.walk(firstStep)) ||
    (await look.walk(secondStep)) ||
    (await look.rest(look.left() * (filter.far === "true" ? 0.7 : 1)));
  for (let step = thirdStep; !whole && look.left() > leastMs; step *= 2) if (await look.walk(step)) break;
  return look.page();
}

/** Whether an index helps: the trigrams' one goes by three letters or digits in a row. */
const isIndexed = ({ q, user }: Partial<ExecutionsQuery>) => !q?.trim() || /[\p{L}\p{N}]{3}/u.test(q) || Boolean(user);

class Look {
  private readonly limit: number;
  private readonly deadline: number;
  private readonly rows: ItemRow[] = [];
  private span: Span;
  /** The execution down to which everything was looked at. */
  private reached: { id: string; at: Date } | null = null;
  private done = false;

  constructor(
    private readonly ctx: Context,
    private readonly filter: Partial<ExecutionsQuery>,
    ms: number,
  ) {
    this.limit = filter.limit ?? 50;
    this.deadline = performance.now() + ms;
    this.span = spanOf(filter);
  }

  left(): number {
    return this.deadline - performance.now();
  }

  /** Looks at the next `step` executions; true when the page is full or nothing is left. */
  async walk(step: number): Promise<boolean> {
    const first = this.reached === null;
    if (!first && this.left() < leastMs) return false;
    const floor = await this.floor(step);
    const query = this.query({ ...this.span, from: floor?.id ?? this.span.from }, false);
    // The first step has time enough, so that every look gets on.
    const rows = await within<ItemRow>(first ? enoughMs : this.left(), settings.walk, query);
    if (rows === null && first)
      throw new SluiceError("unavailable", "The database is too busy to read the history. Try again in a minute.");
    if (rows === null) return false;
    return this.take(rows, floor);
  }

  /** All that is left in one go, as the indexes allow; false when `ms` were not enough. */
  async rest(ms: number): Promise<boolean> {
    if (ms < leastMs || !isIndexed(this.filter)) return false;
    const gather = Boolean(this.filter.q?.trim());
    const rows = await within<ItemRow>(ms, gather ? settings.gather : {}, this.query(this.span, gather));
    return rows !== null && this.take(rows, null);
  }

  page(): ExecutionsPage {
    const items = this.rows.slice(0, this.limit).map(itemOf);
    if (this.rows.length > this.limit) return { items, next: items.at(-1)?.id ?? null, searchedTo: null };
    if (this.done || !this.reached) return { items, next: null, searchedTo: null };
    return { items, next: this.reached.id, searchedTo: this.reached.at.toISOString() };
  }

  private query(span: Span, gather: boolean) {
    return historyQuery(this.ctx, this.filter, this.limit + 1 - this.rows.length, span, gather);
  }

  private take(rows: ItemRow[], floor: { id: string; at: Date } | null): boolean {
    this.rows.push(...rows);
    this.done = floor === null;
    if (floor) {
      this.reached = floor;
      this.span = { ...this.span, below: floor.id };
    }
    return this.done || this.rows.length > this.limit;
  }

  /** The execution that ends a step; null when fewer are left. */
  private async floor(step: number): Promise<{ id: string; at: Date } | null> {
    const { rows } = await pool().query<{ id: string; at: Date }>(
      `select id, submitted_at as at from executions where id = (select id from executions
         where ($1::text is null or id < $1) and ($2::text is null or id >= $2) order by id desc offset $3 limit 1)`,
      [this.span.below, this.span.from, step - 1],
    );
    return rows[0] ?? null;
  }
}

/** A query's rows, or null when it took longer than `ms`. */
async function within<Row extends pg.QueryResultRow>(
  ms: number,
  local: Record<string, string>,
  query: { text: string; values: unknown[] },
): Promise<Row[] | null> {
  const client = await pool().connect();
  let broken: Error | undefined;
  try {
    await client.query("begin read only");
    const set = Object.entries({ ...local, statement_timeout: String(Math.max(1, Math.floor(ms))) });
    await client.query("select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s (name, value)", [
      set.map(([name]) => name),
      set.map(([, value]) => value),
    ]);
    const { rows } = await client.query<Row>(query.text, query.values);
    await client.query("commit");
    return rows;
  } catch (error) {
    await client.query("rollback").catch((lost: Error) => {
      broken = lost;
    });
    if ((error as { code?: string }).code === cancelledByTime) return null;
    throw error;
  } finally {
    client.release(broken);
  }
}

/** query_canceled: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const cancelledByTime = "57014";
