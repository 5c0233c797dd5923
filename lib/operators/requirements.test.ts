import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { checkValues } from "./check-values";
import { requirementProblems, requirementsOf } from "./requirements";

it("reads packages in one spelling and order, whatever a person's", () => {
  const text =
    "  Scikit_Learn == 1.7.2 # for the scores\n\n# a comment\nfsspec[S3, http]==2026.1.0rc1\nTorch==2.9.0+cpu\r\n";
  expect(requirementProblems(text)).toEqual([]);
  expect(requirementsOf(text)).toEqual(["fsspec[s3,http]==2026.1.0rc1", "scikit-learn==1.7.2", "torch==2.9.0+cpu"]);
  expect(requirementsOf("a==1\nb==2")).toEqual(requirementsOf("b==2\n\na == 1"));
  expect(requirementsOf(" \n# nothing")).toEqual([]);
});

it.each([
  ["polars", "“polars” names no exact version", "Write polars== and the version."],
  ["polars>=1.0", "names no exact version", "polars=="],
  ["polars==1.*", "names no exact version", "polars=="],
  ["polars~=1.0", "names no exact version", "polars=="],
  ["polars===1.0", "names no exact version", "polars=="],
  ["polars==one", "“one” is no version", "polars==1.2.3"],
  ["polars==1.0, <2", "is no version", "polars==1.2.3"],
  ["polars==1.0; python_version < '3.12'", "has a condition", "behind the semicolon"],
  ["--index-url https://example.com", "is an option of pip", "polars==1.35.2"],
  ["-r other.txt", "is an option of pip", "polars==1.35.2"],
  ["git+https://example.com/x.git", "is no package of the index", "polars==1.35.2"],
  ["x @ https://example.com/x.whl", "is no package of the index", "polars==1.35.2"],
  ["./wheels/x.whl", "is no package of the index", "polars==1.35.2"],
  ["Polars==1.1", "polars stands in line 1 already", "Take one of them out"],
])("names the line of %s", (line, message, fix) => {
  const [problem, ...more] = requirementProblems(`polars==1.0\n\n${line}`);
  expect(more).toEqual([]);
  expect(problem).toMatchObject({
    line: 3,
    message: expect.stringContaining(message),
    fix: expect.stringContaining(fix),
  });
});

it("is said at the field, for the operator that asks for them", () => {
  const manifest = JSON.parse(readFileSync("operators/python/operator.json", "utf8"));
  const problems = (requirements: string) => checkValues(manifest, { code: "x = 1", requirements });
  expect(problems("polars==1.35.2\n")).toEqual([]);
  expect(problems("polars==1.35.2\nhumanize\n-r x")).toMatchObject([
    { pointer: "/requirements", message: expect.stringMatching(/^Line 2 of requirements: “humanize” names no exact/) },
    { pointer: "/requirements", message: expect.stringMatching(/^Line 3 of requirements: “-r x” is an option/) },
  ]);
});

it("takes fifty", () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `p${n}==1`).join("\n");
  expect(requirementProblems(many(50))).toEqual([]);
  expect(requirementProblems(many(52))).toEqual([expect.objectContaining({ line: 51 })]);
});
