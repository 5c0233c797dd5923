import { RESERVED } from "./keywords";
import { isName, type Word } from "./words";

/** What stands in FROM: a table by name, or a subquery. */
export interface Relation {
  /** What its columns are written with: the alias, else the table's name. */
  alias: string;
  schema: string | null;
  name: string | null;
  query: Block | null;
  /** Names given after the alias: `as t(a, b)`. */
  renamed: string[];
  start: number;
}

/** Columns that a SELECT list gives: a name, or a star of one relation (or of all). */
export type Output = { name: string } | { star: string | null };

export interface Cte {
  name: string;
  query: Block | null;
  renamed: string[];
}

/** One SELECT with what it can see. */
export interface Block {
  start: number;
  end: number;
  parent: Block | null;
  relations: Relation[];
  ctes: Cte[];
  outputs: Output[];
  /** Where its FROM ends: which clause an offset stands in. */
  clauses: { at: number; name: string }[];
}

const CLAUSES = new Set([
  "select",
  "from",
  "where",
  "group",
  "having",
  "order",
  "limit",
  "offset",
  "window",
  "set",
  "values",
  "returning",
  "on",
  "using",
]);

/** Reads leniently: what a person has half typed must still give a scope. */
export function readScope(words: Word[], end: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const peek = (ahead = 0) => words[at + ahead];
  const is = (text: string, ahead = 0) => peek(ahead)?.text === text && peek(ahead)?.kind !== "identifier";

  function open(parent: Block | null, start: number): Block {
    const block: Block = { start, end, parent, relations: [], ctes: [], outputs: [], clauses: [] };
    blocks.push(block);
    return block;
  }

  /** Reads to the closing bracket of this level. Answers the first SELECT: a union's columns are its. */
  function readQuery(parent: Block | null, start: number): Block {
    const first = open(parent, start);
    let block = first;
    let clause = "";
    let item: Word[] = [];
    let expects = false;
    const endItem = () => {
      if (clause === "select" && item.length > 0) block.outputs.push(outputOf(item));
      item = [];
    };
    while (at < words.length && !is(")")) {
      const word = words[at] as Word;
      if (word.kind === "word") {
        if (word.text === "with" && clause === "") {
          at++;
          readCtes(block);
          continue;
        }
        if (word.text === "union" || word.text === "except" || word.text === "intersect") {
          endItem();
          block.end = word.start;
          const next = open(parent, word.end);
          next.ctes = block.ctes;
          block = next;
          clause = "";
          expects = false;
          at++;
          continue;
        }
        if (CLAUSES.has(word.text)) {
          endItem();
          clause = word.text === "on" || word.text === "using" ? clause : word.text;
          block.clauses.push({ at: word.end, name: word.text });
          expects = word.text === "from";
          at++;
          continue;
        }
        if (word.text === "join" || word.text === "update" || word.text === "into") {
          if (word.text !== "join") clause = "from";
          block.clauses.push({ at: word.end, name: "from" });
          expects = true;
          at++;
          continue;
        }
        if (word.text === "lateral" || word.text === "only") {
          at++;
          continue;
        }
      }
      const named: boolean = isName(word);
      const starts = named || word.text === "(";
      if (expects && clause === "from" && starts) {
        expects = false;
        if (word.text === "(" && !startsQuery(1)) {
          // A bracketed join: its tables belong to this FROM.
          at++;
          expects = true;
          continue;
        }
        readRelation(block);
        continue;
      }
      if (word.text === "," && word.kind === "symbol") {
        if (clause === "select") endItem();
        expects = clause === "from";
        if (expects) block.clauses.push({ at: word.end, name: "from" });
        at++;
        continue;
      }
      if (word.text === "(") {
        item.push(word);
        readBrackets(block);
        continue;
      }
      if (clause === "select") item.push(word);
      at++;
    }
    endItem();
    block.end = peek()?.start ?? end;
    return first;
  }

  const startsQuery = (ahead: number) => is("select", ahead) || is("with", ahead) || is("values", ahead);

  function readBrackets(block: Block): Block | null {
    const bracket = words[at] as Word;
    at++;
    let query: Block | null = null;
    if (startsQuery(0)) query = readQuery(block, bracket.end);
    else {
      while (at < words.length && !is(")")) {
        if (is("(")) readBrackets(block);
        else at++;
      }
    }
    if (is(")")) at++;
    return query;
  }

  function readNames(): string[] {
    const names: string[] = [];
    at++;
    while (at < words.length && !is(")")) {
      const word = words[at];
      if (isName(word) && (is("(", -1) || is(",", -1))) names.push(word.text);
      at++;
    }
    if (is(")")) at++;
    return names;
  }

  function readCtes(block: Block): void {
    if (is("recursive")) at++;
    while (isName(peek())) {
      const cte: Cte = { name: (words[at] as Word).text, query: null, renamed: [] };
      at++;
      if (is("(")) cte.renamed = readNames();
      while (is("as") || is("materialized") || is("not")) at++;
      // Known from here on, so that a recursive one sees itself.
      block.ctes.push(cte);
      if (is("(")) cte.query = readBrackets(block);
      if (!is(",")) return;
      at++;
    }
  }

  function readRelation(block: Block): void {
    const start = (words[at] as Word).start;
    const relation: Relation = { alias: "", schema: null, name: null, query: null, renamed: [], start };
    if (is("(")) relation.query = readBrackets(block);
    else {
      relation.name = (words[at++] as Word).text;
      while (is(".") && isName(peek(1))) {
        relation.schema = relation.name;
        relation.name = (peek(1) as Word).text;
        at += 2;
      }
      relation.alias = relation.name;
      // A function in FROM.
      if (is("(")) {
        readBrackets(block);
        relation.name = null;
      }
    }
    if (is("as")) at++;
    const alias = peek();
    if (isName(alias) && !(alias.kind === "word" && RESERVED.has(alias.text))) {
      relation.alias = alias.text;
      at++;
      if (is("(")) relation.renamed = readNames();
    }
    block.relations.push(relation);
  }

  while (at < words.length) {
    readQuery(null, at === 0 ? 0 : (words[at] as Word).start);
    // A bracket too many, half typed: go on behind it.
    if (is(")")) at++;
  }
  if (blocks.length === 0) open(null, 0);
  return blocks;
}

function outputOf(item: Word[]): Output {
  const last = item.at(-1);
  if (last?.text === "*") return { star: isName(item.at(-3)) ? (item.at(-3)?.text ?? null) : null };
  if (isName(last)) return { name: last.text };
  // `count(*)` is called count.
  return { name: isName(item[0]) ? item[0].text : "?column?" };
}

/** The innermost SELECT around an offset. */
export function blockAt(blocks: Block[], offset: number): Block {
  let found = blocks[0] as Block;
  for (const block of blocks) {
    if (block.start <= offset && offset <= block.end && block.start >= found.start) found = block;
  }
  return found;
}
