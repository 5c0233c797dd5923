import type { CatalogIndex, Link } from "./catalog-index";
import { tableOf } from "./columns";
import type { Context } from "./complete";
import type { Suggestion } from "./schema";
import type { Relation } from "./scope";

/** After ON: the newest relation matched with those before it, by foreign keys. */
export function joinConditions({ index, block, from }: Context): Suggestion[] {
  const relations = block.relations.filter((relation) => relation.start < from);
  const newest = relations.at(-1);
  const table = newest && tableOf(newest, block, index);
  if (!newest || !table) return [];
  const items: Suggestion[] = [];
  for (const relation of relations.slice(0, -1)) {
    const other = tableOf(relation, block, index);
    for (const link of index.links(table)) {
      if (link.other !== other) continue;
      const text = condition(index, relation.alias, link.otherColumns, newest.alias, link.own);
      if (!items.some((item) => item.label === text))
        items.push({ kind: "join", label: text, insert: text, from, detail: "foreign key" });
    }
  }
  return items;
}

/** After JOIN: tables that a foreign key ties to those already there, with the whole condition. */
export function joinTables({ index, block, from }: Context): Suggestion[] {
  const items: Suggestion[] = [];
  for (const relation of block.relations.filter((each) => each.start < from)) {
    const table = tableOf(relation, block, index);
    if (!table) continue;
    for (const link of index.links(table)) items.push(joinItem(index, relation, link, from, block.relations));
  }
  return items.slice(0, 20);
}

function joinItem(
  index: CatalogIndex,
  relation: Relation,
  { own, other, otherColumns }: Link,
  from: number,
  taken: Relation[],
): Suggestion {
  const alias = taken.some((each) => each.alias === other.name) ? `${other.name}_2` : other.name;
  const name = index.written(other);
  const as = alias === other.name ? "" : ` ${index.quoted(alias)}`;
  const on = condition(index, alias, otherColumns, relation.alias, own);
  return {
    kind: "join",
    label: `${other.name} on ${on}`,
    insert: `${name}${as} on ${on}`,
    from,
    detail: "foreign key",
    filter: other.name,
  };
}

function condition(
  { quoted }: CatalogIndex,
  left: string,
  leftColumns: string[],
  right: string,
  rightColumns: string[],
): string {
  return leftColumns
    .map((column, at) => `${quoted(left)}.${quoted(column)} = ${quoted(right)}.${quoted(rightColumns[at] ?? "")}`)
    .join(" and ");
}
