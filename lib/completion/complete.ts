import { type CatalogIndex, indexCatalog } from "./catalog-index";
import { columnsOf, cteOf } from "./columns";
import { joinConditions, joinTables } from "./joins";
import { AFTER_TABLE, FUNCTIONS, KEYWORDS, RESERVED } from "./keywords";
import type { CatalogTable, Suggestion } from "./schema";
import { type Block, blockAt, readScope } from "./scope";
import { isName, type Word, wordsAround } from "./words";

/** A list that nobody would read further. */
const MOST = 200;

/** Suggestions for one catalogue; its index is built here, once. */
export function completer(tables: CatalogTable[], engine: string): (sql: string, offset: number) => Suggestion[] {
  const index = indexCatalog(tables, engine);
  return (sql, offset) => complete(sql, offset, index);
}

export function complete(sql: string, offset: number, index: CatalogIndex): Suggestion[] {
  const { words, quiet } = wordsAround(sql, offset, index.lexis);
  if (quiet) return [];
  const typedAt = words.findIndex((word) => isName(word) && word.start < offset && offset <= word.end);
  const typed = words[typedAt];
  const from = typed?.start ?? offset;
  const prefix = sql.slice(from, offset).replace(/^["`]/, "").toLowerCase();
  const before = words.filter((word) => word.end <= from);
  const others = typed ? words.filter((word) => word !== typed) : words;
  const qualifier = qualifierOf(before);
  // The half-typed word is not read as an alias or a column of its own.
  const blocks = readScope(qualifier.length > 0 ? others.filter((word) => word !== before.at(-1)) : others, sql.length);
  const block = blockAt(blocks, from);
  const context = { index, block, from, prefix };
  if (qualifier.length > 0) return best(afterDot(qualifier, context), prefix);
  const last = before.at(-1);
  if (wantsTable(last, block)) {
    const joined = last?.text === "join" ? joinTables(context) : [];
    return [
      ...joined.filter((each) => rank(each, prefix) < 3),
      ...best([...ctes(context), ...tables(context), ...schemas(context)], prefix),
    ];
  }
  const behindTable = followsTable(last, block, from);
  // A person is making an alias up; nothing may offer itself for the next Enter until it is clearly a keyword.
  if (behindTable) return prefix.length < 2 || last?.text === "as" ? [] : starting(AFTER_TABLE, prefix, from);
  const conditions = last?.text === "on" ? joinConditions(context) : [];
  const names = best([...columns(context), ...aliases(context)], prefix);
  const rest = best(
    [...FUNCTIONS.map((name) => fn(name, from)), ...KEYWORDS.map((name) => keyword(name, from))],
    prefix,
  );
  return [...conditions, ...names, ...rest].slice(0, MOST);
}

export interface Context {
  index: CatalogIndex;
  block: Block;
  from: number;
  prefix: string;
}

/** `a.b.` before the cursor gives ["a", "b"]. */
function qualifierOf(before: Word[]): string[] {
  const names: string[] = [];
  for (let at = before.length - 1; at > 0 && before[at]?.text === "."; at -= 2) {
    const name = before[at - 1];
    if (!isName(name)) break;
    names.unshift(name.text);
  }
  return names;
}

function wantsTable(last: Word | undefined, block: Block): boolean {
  if (!last || last.kind === "identifier") return false;
  if (["from", "join", "update", "into", "table", "only"].includes(last.text)) return true;
  if (last.text !== ",") return false;
  return block.clauses.findLast((clause) => clause.at <= last.end)?.name === "from";
}

/** Behind a table's name, its alias or a bracket in FROM, where an alias or a keyword comes next. */
function followsTable(last: Word | undefined, block: Block, from: number): boolean {
  if (!last || block.clauses.findLast((clause) => clause.at <= from)?.name !== "from") return false;
  if (last.text === ")" || last.text === "as") return true;
  return isName(last) && !(last.kind === "word" && RESERVED.has(last.text));
}

function starting(names: string[], prefix: string, from: number): Suggestion[] {
  return names.filter((name) => name.startsWith(prefix)).map((name) => keyword(name, from));
}

function afterDot(qualifier: string[], context: Context): Suggestion[] {
  const { index, block, from } = context;
  const [first = "", second] = qualifier;
  if (second === undefined) {
    for (let each: Block | null = block; each; each = each.parent) {
      const scope: Block = each;
      const relation = scope.relations.find((one) => one.alias === first);
      const known = relation ? columnsOf(relation, scope, index) : [];
      // `from mart.` reads as a relation called mart too; then the schema is meant.
      if (known.length > 0)
        return known.map((column) => columnItem(index, column.name, column.type, column.comment, from));
    }
    return index.inSchema(first).map((table) => tableItem(table, index.quoted(table.name), from));
  }
  const table = index.find(first, second);
  return (table?.columns ?? []).map((column) => columnItem(index, column.name, column.type, column.comment, from));
}

function columns({ index, block, from }: Context): Suggestion[] {
  const items: Suggestion[] = [];
  const seen = new Map<string, number>();
  for (let each: Block | null = block; each; each = each.parent) {
    const scope: Block = each;
    for (const relation of scope.relations) {
      for (const column of columnsOf(relation, scope, index)) {
        const times = (seen.get(column.name) ?? 0) + 1;
        seen.set(column.name, times);
        const detail = [relation.alias, column.type].filter(Boolean).join(" · ");
        items.push({ ...columnItem(index, column.name, detail, column.comment, from), documentation: relation.alias });
      }
    }
  }
  // A name that two relations have must be written with its relation.
  return items.map((item) =>
    (seen.get(item.label) ?? 0) > 1
      ? { ...item, insert: `${index.quoted(item.documentation ?? "")}.${item.insert}`, documentation: undefined }
      : { ...item, documentation: undefined },
  );
}

function aliases({ index, block, from }: Context): Suggestion[] {
  const items: Suggestion[] = [];
  for (let each: Block | null = block; each; each = each.parent) {
    for (const { alias, name } of each.relations) {
      if (alias)
        items.push({ kind: "alias", label: alias, insert: index.quoted(alias), from, detail: name ?? "subquery" });
    }
  }
  return items;
}

function ctes({ index, block, from }: Context): Suggestion[] {
  const items: Suggestion[] = [];
  for (let each: Block | null = block; each; each = each.parent) {
    for (const { name } of each.ctes) {
      if (cteOf(name, block))
        items.push({ kind: "table", label: name, insert: index.quoted(name), from, detail: "with" });
    }
  }
  return items;
}

function tables({ index, from, prefix }: Context): Suggestion[] {
  const items: Suggestion[] = [];
  // Cut before objects are made: 10,000 tables are looked at on each key.
  const hits = index.tables.filter((_, at) => prefix === "" || (index.names[at] as string).includes(prefix));
  const few =
    hits.length > 2_000
      ? [...hits].sort((a, b) => closeness(a.name, prefix) - closeness(b.name, prefix)).slice(0, MOST)
      : hits;
  for (const table of few) {
    const same = index.find(null, table.name) === table;
    const insert =
      same || table.schema !== "public"
        ? index.written(table)
        : `${index.quoted(table.schema)}.${index.quoted(table.name)}`;
    items.push(tableItem(table, insert, from));
  }
  return items;
}

function schemas({ index, from }: Context): Suggestion[] {
  return index.schemas.map((name) => ({
    kind: "schema",
    label: name,
    insert: `${index.quoted(name)}.`,
    from,
    detail: "schema",
  }));
}

function tableItem(table: CatalogTable, insert: string, from: number): Suggestion {
  const rows = table.rows === null || table.rows < 0 ? "" : ` · ~${table.rows.toLocaleString("en")} rows`;
  return {
    kind: "table",
    label: table.name,
    insert,
    from,
    detail: `${table.schema}${rows}`,
    documentation: table.comment ?? undefined,
  };
}

function columnItem(
  index: CatalogIndex,
  name: string,
  detail: string | null,
  comment: string | null,
  from: number,
): Suggestion {
  return {
    kind: "column",
    label: name,
    insert: index.quoted(name),
    from,
    detail: detail ?? undefined,
    documentation: comment ?? undefined,
  };
}

const fn = (name: string, from: number): Suggestion => ({ kind: "function", label: name, insert: `${name}(`, from });
const keyword = (name: string, from: number): Suggestion => ({ kind: "keyword", label: name, insert: name, from });

function closeness(name: string, prefix: string): number {
  const lower = name.toLowerCase();
  if (prefix === "" || lower.startsWith(prefix)) return 0;
  return lower.includes(`_${prefix}`) ? 1 : lower.includes(prefix) ? 2 : 3;
}

function rank(item: Suggestion, prefix: string): number {
  return closeness(item.label, prefix);
}

/** Those that the typed text fits, starts of names before middles; the given order else. */
function best(items: Suggestion[], prefix: string): Suggestion[] {
  return items
    .map((item) => ({ item, rank: rank(item, prefix) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ item }) => item);
}
