import { z } from "zod";
import { manifestSchema, operatorsView, optionsView } from "@/lib/operators/schema";
import { operation } from "../operation";
import { idParams, none } from "./fields";

/** An object as text, in an address. */
const jsonObject = z
  .string()
  .max(100_000)
  .default("{}")
  .transform((text, ctx): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Said below.
    }
    ctx.addIssue({ code: "custom", message: 'Write an object as JSON: {"warehouse":"demo"}.' });
    return z.NEVER;
  });

export const operators = {
  list: operation({
    method: "GET",
    path: "/operators",
    summary: "Operators that stages can be made of",
    action: "pipeline.read",
    query: none,
    answers: {
      200: { description: "All, with the parameters that their forms are drawn from", schema: operatorsView },
    },
  }),
  read: operation({
    method: "GET",
    path: "/operators/{id}",
    summary: "One operator: its newest version, or that of `sql-extract@1`",
    action: "pipeline.read",
    params: idParams,
    answers: { 200: { description: "Its manifest", schema: manifestSchema } },
  }),
  options: operation({
    method: "GET",
    path: "/operators/{id}/options",
    summary: "Choices of a form's field, by what the form has so far",
    action: "pipeline.read",
    params: idParams,
    query: z.strictObject({
      parameter: z.string().min(1).max(100),
      values: jsonObject,
      q: z.string().max(200).default(""),
      /** A team's name: whose schemas may be written in. */
      team: z.string().min(1).max(100).optional(),
    }),
    answers: {
      200: {
        description: "At most 200; where the source is away, older ones or none, and a note",
        schema: optionsView,
      },
    },
  }),
};
