import { type Document, isMap, isScalar, isSeq, type Pair, parseDocument, visit } from "yaml";
import { keyOrder, styleOf, yamlStyle } from "./document";

/** What a form changes in a text that somebody wrote: comments, order and everything else stay. Pure. */

/** Keys and places from the document's top; `undefined` takes the value out, and with the last one what held it. */
export interface Change {
  path: (string | number)[];
  value: unknown;
}

/** Empty, these say nothing; `stages` and what people name themselves stay. */
const saysNothing = new Set([
  "params",
  "inputs",
  "outputs",
  "after",
  "resources",
  "triggers",
  "concurrency",
  "notify",
  "webhook",
  "env",
  "parameters",
]);

/** @throws Error where the text is no YAML: then it is changed as a text, not by a form */
export function rewriteYaml(text: string, changes: Change[]): string {
  const doc = parseDocument(text, { version: "1.2" });
  if (doc.errors[0]) throw doc.errors[0];
  // An alias has no place of its own: what it repeats would change with it.
  let aliases = false;
  visit(doc, {
    Alias: () => {
      aliases = true;
    },
  });
  if (aliases) throw new Error("A text with anchors and aliases is changed in YAML.");
  for (const { path, value } of changes) {
    if (value === undefined) remove(doc, path);
    else put(doc, path, value);
  }
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
