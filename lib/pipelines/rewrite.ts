import { type Document, isMap, isScalar, isSeq, type Pair, parseDocument, visit } from "yaml";
import { keyOrder, styleOf, yamlStyle } from "./document";
import { type Change, changed, nextStep, same, saysNothing } from "./edit-steps";
import { spliced, splicesOf } from "./splice";
import { layoutOf } from "./yaml-places";
import { parseYaml, type ReadYaml } from "./yaml-text";

/** What a form changes in a text that somebody wrote: every other line stays as it is, to the character. Pure. */

export type { Change };

export interface Rewritten {
  text: string;
  /** Written anew, since it could not be changed in place: its comments are kept, its layout is not. */
  anew: boolean;
}

/** More steps than a form's change has. */
const mostSteps = 500;

/**
 * @param reading who reads texts: one that remembers reads each only once
 * @throws Error where the text is no YAML, or repeats parts of itself: then it is changed as a text, not by a form
 */
export function rewriteYaml(text: string, changes: Change[], reading: ReadYaml = parseYaml): Rewritten {
  let rewritten: Rewritten = { text, anew: false };
  if (changes.length === 0) read(text, reading);
  for (const change of changes) {
    // A form leaves fields that nobody filled in undefined: they are none.
    const meant = change.value === undefined ? change : (asJson(change) as Change);
    const kept = stepwise(rewritten.text, meant, reading);
    rewritten = kept === null ? { text: writtenAnew(rewritten.text, meant), anew: true } : { ...rewritten, text: kept };
  }
  return rewritten;
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function read(text: string, reading: ReadYaml): Document.Parsed {
  const { doc } = reading(text);
  // With the line that it is about.
  if (doc.errors.length > 0) throw parseDocument(text, { version: "1.2" }).errors[0];
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
 * The change made step by step in the text itself; null where a step finds a text that it does not go into, or the text
 * does not say what was meant then. The document is read anew after each step, since what stands behind has moved.
 */
function stepwise(text: string, change: Change, reading: ReadYaml): string | null {
  let [now, doc] = [text, read(text, reading)];
  let said: unknown = doc.toJS();
  const meant = changed(said, change);
  for (let steps = 0; steps < mostSteps; steps++) {
    const step = nextStep(said, change);
    if (!step) break;
    const splices = splicesOf({ text: now, doc, layout: layoutOf(now, doc) }, step);
    if (!splices) return null;
    const next = spliced(now, splices);
    doc = reading(next).doc;
    if (next === now || doc.errors.length > 0) return null;
    [now, said] = [next, doc.toJS()];
    // What is taken out is gone then, and what stood behind it in a list is not meant.
    if (change.value === undefined) break;
  }
  return same(said, meant) ? now : null;
}

function writtenAnew(text: string, { path, value }: Change): string {
  const { doc } = parseYaml(text);
  if (value === undefined) remove(doc, path);
  else put(doc, path, value);
  return doc.toString(yamlStyle);
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
