import type { z } from "zod";

/** What zod says of a value in its own words, said to the person who fills in the field. A schema's own sentence wins. */
export const fieldWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined || issue.input === null || issue.input === ""
        ? "Fill this in."
        : `This must be ${aKind(issue.expected)}.`;
    case "too_small":
      if (issue.origin === "string")
        return Number(issue.minimum) <= 1 ? "Fill this in." : `Use at least ${issue.minimum} characters.`;
      return issue.origin === "array" ? "Choose at least one." : `This must be ${grouped(issue.minimum)} or more.`;
    case "too_big":
      if (issue.origin === "string") return `Use ${grouped(issue.maximum)} characters at most.`;
      return issue.origin === "array"
        ? `Choose ${grouped(issue.maximum)} at most.`
        : `This must be ${grouped(issue.maximum)} or less.`;
    case "invalid_value":
      return `This must be one of: ${issue.values.map(String).join(", ")}.`;
    default:
      return undefined;
  }
};

function aKind(expected: string): string {
  const kinds: Record<string, string> = {
    string: "text",
    int: "a whole number",
    number: "a number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
  };
  return kinds[expected] ?? `of type ${expected}`;
}

function grouped(limit: number | bigint): string {
  return limit.toLocaleString("en-US");
}
