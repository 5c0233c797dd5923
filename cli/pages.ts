import { type ZodType, z } from "zod";
import type { Client } from "./client";
import { search } from "./from-flags";

/** As many as one answer has at most. */
const most = 200;

/** All that a list of the API has, page after page. */
export async function allPages<Item>(
  client: Client,
  where: string,
  item: ZodType<Item>,
  asked: Record<string, unknown> = {},
): Promise<Item[]> {
  const page = z.object({ items: z.array(item), next: z.string().nullable() });
  const found: Item[] = [];
  for (let cursor = {}; ; ) {
    const { items, next } = await client.ask(`${where}${search({ ...asked, limit: most, ...cursor })}`, page);
    found.push(...items);
    if (next === null) return found;
    cursor = { cursor: next };
  }
}
