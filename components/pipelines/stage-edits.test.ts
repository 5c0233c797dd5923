import { expect, test } from "vitest";
import { readDraft } from "@/components/pipelines/draft-document";
import { addStage, freeId, removeStage, renameStage } from "@/components/pipelines/stage-edits";
import { type Manifest, manifestSchema } from "@/lib/operators/schema";
import { rewriteYaml } from "@/lib/pipelines/rewrite";
import { parseYaml, rememberedYaml } from "@/lib/pipelines/yaml-text";

// extract ──▶ load        other (after extract)
const text = `name: a
stages:
  - id: extract
    operator: get@1
    outputs:
      rows: parquet

  - id: load
    operator: put@1
    inputs:
      rows:
        from: extract.rows
        format: csv

  - id: other
    operator: put@1
    after:
      - extract
`;
const draft = (source = text) => {
  const read = readDraft(source).draft;
  if (!read) throw new Error("no draft");
  return read;
};
const operator = (id: string, ports: Partial<Pick<Manifest, "inputs" | "outputs">>): Manifest =>
  manifestSchema.parse({
    ...{ id, version: "1.2.0", title: id, summary: id, group: "get", icon: "box", repeatSafe: true, image: null },
    ...ports,
    parameters: { type: "object" },
  });

test("a new stage reads what the chosen one hands on, or else the last that hands on something", () => {
  const put = operator("put", { inputs: { rows: { title: "Rows", required: true } } });
  const { id, change } = addStage(draft(), put, "load");
  expect(id).toBe("put");
  expect(change).toEqual({
    path: ["stages", 3],
    value: { id: "put", operator: "put@1", inputs: { rows: "extract.rows" } },
  });
  const get = operator("get-it", { outputs: { rows: { title: "Rows", format: "csv" } } });
  expect(addStage(draft("name: a\n"), get, null).change.value).toEqual({
    ...{ id: "get_it", operator: "get-it@1", outputs: { rows: "csv" } },
  });
});

test("an id that is taken gets a number", () => {
  expect(freeId({ stages: draft().stages }, "load")).toBe("load_2");
});

test("a renamed stage is renamed where others name it", () => {
  const [stage] = draft().stages;
  if (!stage) throw new Error("no stage");
  const renamed = rewriteYaml(text, renameStage(draft(), stage, "events")).text;
  expect(renamed).toBe(text.replaceAll("extract", "events"));
});

test("nobody reads from a stage that was removed, or waits for it", () => {
  const [stage] = draft().stages;
  if (!stage) throw new Error("no stage");
  const left = draft(rewriteYaml(text, removeStage(draft(), stage)).text);
  expect(left.stages.map(({ id, inputs, after }) => ({ id, inputs, after }))).toEqual([
    { id: "load", inputs: {}, after: [] },
    { id: "other", inputs: {}, after: [] },
  ]);
});

test("what is half written is read as far as it goes", () => {
  const read = readDraft("name: 1\nstages:\n  - id: a\n  - operator: x@1\n    inputs: {r: 3}\n  - 4\n");
  expect(read.draft).toMatchObject({ name: "1", unread: 2, stages: [{ at: 1, id: "", inputs: { r: { from: "3" } } }] });
  expect(readDraft("name: [").draft).toBeNull();
  expect(readDraft("- a").problems[0]?.message).toBe("This is no pipeline.");
});

test("a page reads what a change has made of a text once, for the draft and for the next change", () => {
  const read: string[] = [];
  const reading = rememberedYaml((source) => {
    read.push(source);
    return parseYaml(source);
  });
  const draft = readDraft(text, reading).draft;
  const texts = [text];
  for (const to of ["first", "second"]) {
    const { text: next, anew } = rewriteYaml(texts.at(-1) ?? "", [{ path: ["name"], value: to }], reading);
    expect([anew, readDraft(next, reading).draft]).toEqual([false, { ...draft, name: to }]);
    texts.push(next);
  }
  expect(read).toEqual(texts);
});
