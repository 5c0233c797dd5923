import type { CatalogIndex } from "./catalog-index";
import type { CatalogTable } from "./schema";
import type { Block, Cte, Relation } from "./scope";

export interface KnownColumn {
  name: string;
  type: string | null;
  comment: string | null;
}

/** Nested this deep nobody types by hand; also ends a CTE that refers to itself. */
const DEEPEST = 12;

export function tableOf(relation: Relation, block: Block, index: CatalogIndex): CatalogTable | undefined {
  if (!relation.name || (relation.schema === null && cteOf(relation.name, block))) return undefined;
  return index.find(relation.schema, relation.name);
}

export function cteOf(name: string, block: Block): Cte | undefined {
  for (let each: Block | null = block; each; each = each.parent) {
    const found = each.ctes.find((cte) => cte.name === name);
    if (found) return found;
  }
  return undefined;
}

export function columnsOf(relation: Relation, block: Block, index: CatalogIndex, depth = 0): KnownColumn[] {
  if (depth > DEEPEST) return [];
  return rename(relation.renamed, named(relation, block, index, depth));
}

function named(relation: Relation, block: Block, index: CatalogIndex, depth: number): KnownColumn[] {
  if (relation.query) return outputsOf(relation.query, index, depth + 1);
  if (!relation.name) return [];
  const cte = relation.schema === null ? cteOf(relation.name, block) : undefined;
  if (!cte) return index.find(relation.schema, relation.name)?.columns ?? [];
  return rename(cte.renamed, cte.query ? outputsOf(cte.query, index, depth + 1) : []);
}

function rename(names: string[], columns: KnownColumn[]): KnownColumn[] {
  if (names.length === 0) return columns;
  const renamed = names.map((name, at) => ({ type: columns[at]?.type ?? null, comment: null, name }));
  return [...renamed, ...columns.slice(names.length)];
}

function outputsOf(block: Block, index: CatalogIndex, depth: number): KnownColumn[] {
  if (depth > DEEPEST) return [];
  const columns: KnownColumn[] = [];
  for (const output of block.outputs) {
    if ("star" in output) {
      for (const relation of block.relations) {
        if (output.star === null || output.star === relation.alias)
          columns.push(...columnsOf(relation, block, index, depth + 1));
      }
    } else {
      columns.push({ name: output.name, type: typeOf(output.name, block, index, depth), comment: null });
    }
  }
  return columns;
}

function typeOf(name: string, block: Block, index: CatalogIndex, depth: number): string | null {
  for (const relation of block.relations) {
    const found = columnsOf(relation, block, index, depth + 1).find((column) => column.name === name);
    if (found) return found.type;
  }
  return null;
}
