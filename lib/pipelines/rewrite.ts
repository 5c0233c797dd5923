import { type Document, isMap, isScalar, isSeq, type Pair, parseDocument, visit } from "yaml";
import { keyOrder, styleOf, yamlStyle } from "./document";
import { type Change, nextStep, same, saysNothing } from "./edit-steps";
import { spliced, splicesOf } from "./splice";
import { layoutOf } from "./yaml-places";

/** What a form changes in a text that somebody wrote: every other line stays as it is, to the character. Pure. */

export type { Change };

export interface Rewritten {
  text: string;
  /** Written anew, since it could not be changed in place: its comments are kept, its layout is not. */
  anew: boolean;
}

/** More steps than a form's change has. */
const mostSteps = 500;

/** @throws Error where the text is no YAML, or repeats parts of itself: then it is changed as a text, not by a form */
export function rewriteYaml(text: string, changes: Change[]): Rewritten {
  let rewritten: Rewritten = { text, anew: false };
  for (const change of changes) {
    const doc = read(rewritten.text);
    // A form leaves fields that nobody filled in undefined: they are none.
    const meant = change.value === undefined ? change : (asJson(change) as Change);
    const edited = stepwise(rewritten.text, doc, meant);
    if (meant.value === undefined) remove(doc, meant.path);
    else put(doc, meant.path, meant.value);
    const holds = edited !== null && same(edited.said, doc.toJS());
    rewritten = holds ? { text: edited.text, anew: rewritten.anew } : { text: doc.toString(yamlStyle), anew: true };
  }
  if (changes.length === 0) read(text);
  return rewritten;
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const parsed = (text: string): Document.Parsed => parseDocument(text, { version: "1.2", keepSourceTokens: true });

function read(text: string): Document.Parsed {
  const doc = parsed(text);
  if (doc.errors[0]) throw doc.errors[0];
  // An alias has no place of its own: what it repeats would change with it.
  let aliases = false;
  visit(doc, {
    Alias: () => {
      aliases = true;
      return visit.BREAK;
    },
  });
  if (aliases) throw new Error("A text with anchors and aliases is changed in YAML.");
  return doc;
}

/**
 * The change made step by step in the text itself, and what it says then; null where a step finds a text that it does not
 * go into. The document is read anew after each step, since what stands behind has moved.
 */
function stepwise(text: string, from: Document.Parsed, change: Change): { text: string; said: unknown } | null {
  let [now, doc, said] = [text, from, from.toJS() as unknown];
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = nextStep(said, change);
    if (!step) return { text: now, said };
    const splices = splicesOf({ text: now, doc, layout: layoutOf(now, doc) }, step);
    if (!splices) return null;
    const next = spliced(now, splices);
    doc = parsed(next);
    if (next === now || doc.errors.length > 0) return null;
    [now, said] = [next, doc.toJS()];
    // What is taken out is gone then, and what stood behind it in a list is not meant.
    if (change.value === undefined) return { text: now, said };
  }
  return null;
}

function put(doc: Document, path: (string | number)[], value: unknown): void {
  const before = doc.getIn(path, true);
  if (isScalar(before) && (typeof value !== "object" || value === null)) {
    // The comment beside it stays; how it is quoted follows from what it is now.
    before.value = value;
    before.type = styleOf(value, false);
    before.source = undefined;
    return;
  }
  const node = doc.createNode(value, { aliasDuplicateObjects: false });
  visit(node, {
    Scalar: (place, scalar) => {
      scalar.type = styleOf(scalar.value, place === "key");
    },
  });
  const above = path.slice(0, -1);
  const parent = above.length === 0 ? doc.contents : doc.getIn(above, true);
  const first = typeof path.at(-1) === "number" && !isSeq(parent);
  if (isSeq(parent) && isMap(node) && parent.items.length > 0) node.spaceBefore = true;
  // An empty `[]` or `{}` is written in one line; what is put into it is not.
  if ((isSeq(parent) || isMap(parent)) && parent.items.length === 0) parent.flow = false;
  if (first) doc.setIn(above, doc.createNode([node]));
  else if (isScalar(parent)) doc.setIn(above, doc.createNode({ [String(path.at(-1))]: node }));
  else doc.setIn(path, node);
  // What holds it may be new as well.
  for (const [depth, name] of path.entries()) if (typeof name === "string") inPlace(doc, path.slice(0, depth), name);
}

/** A key that is new goes where people write it: before those that come after it. */
function inPlace(doc: Document, above: (string | number)[], key: string): void {
  const order =
    above.length === 0 ? keyOrder.document : above.length === 2 && above[0] === "stages" ? keyOrder.stage : null;
  const map = above.length === 0 ? doc.contents : doc.getIn(above, true);
  if (!order || !isMap(map)) return;
  const nameOf = (pair: Pair) => String(isScalar(pair.key) ? pair.key.value : pair.key);
  const items = map.items as Pair[];
  const last = items.at(-1);
  if (!last || nameOf(last) !== key) return;
  const place = order.indexOf(key);
  const at = items.findIndex((pair) => order.indexOf(nameOf(pair)) > place);
  if (place === -1 || at === -1) return;
  items.pop();
  items.splice(at, 0, last);
}

function remove(doc: Document, path: (string | number)[]): void {
  if (path.length === 0 || !doc.hasIn(path)) return;
  doc.deleteIn(path);
  const above = path.slice(0, -1);
  const holder = doc.getIn(above, true);
  const empty = (isMap(holder) || isSeq(holder)) && holder.items.length === 0;
  if (empty && saysNothing.has(String(above.at(-1)))) remove(doc, above);
}
