import { type ZodType, z } from "zod";
import type { Client } from "./client";
import { search } from "./from-flags";

/** As many as one answer has at most. */
const most = 200;

const pageOf = <Item>(item: ZodType<Item>) => z.object({ items: z.array(item), next: z.string().nullable() });

/** One page of a list of the API, and where the next begins; null when there is none. */
export const onePage = <Item>(client: Client, where: string, item: ZodType<Item>, asked: Record<string, unknown>) =>
  client.ask(`${where}${search(asked)}`, pageOf(item));

/** All that a list of the API has, page after page. */
export async function allPages<Item>(
  client: Client,
  where: string,
  item: ZodType<Item>,
  asked: Record<string, unknown> = {},
): Promise<Item[]> {
  const found: Item[] = [];
  for (let cursor = {}; ; ) {
    const { items, next } = await onePage(client, where, item, { ...asked, limit: most, ...cursor });
    found.push(...items);
    if (next === null) return found;
    cursor = { cursor: next };
  }
}
