import { SluiceError } from "@/lib/platform/errors";
import { checkTiming } from "@/lib/triggers/firings";
import type { Lint } from "./lint";

/** Triggers, and what a run is asked for. */
export function lintTriggers(lint: Lint): void {
  const seen = new Set<string>();
  for (const [at, trigger] of (lint.document.triggers ?? []).entries()) {
    const field = ["triggers", at];
    const key = JSON.stringify(trigger);
    if (seen.has(key))
      lint.say({ field }, "This trigger stands here twice.", "Take one out: it would start only once.", "warning");
    seen.add(key);
    if ("cron" in trigger) cron(lint, trigger.cron, trigger.timezone, [...field, "cron"]);
    else if ("at" in trigger) {
      const [day = ""] = trigger.at.split("T");
      const there = new Date(`${day}T00:00:00Z`);
      if (Number.isNaN(Date.parse(trigger.at)) || Number.isNaN(there.getTime()) || !there.toISOString().startsWith(day))
        lint.say(
          { field: [...field, "at"] },
          `${trigger.at} never comes.`,
          "Write a moment that there is, as 2026-01-31T08:00:00Z.",
        );
    } else {
      const [kind, words] = "after" in trigger ? ["after", "another pipeline"] : ["sensor", "a sensor"];
      lint.say(
        { field: [...field, kind as string] },
        `A pipeline cannot be started by ${words} yet.`,
        "Use cron, at a time when the other is done.",
      );
    }
  }
  for (const [name, { type, default: value }] of Object.entries(lint.document.parameters ?? {})) {
    if (value === undefined) continue;
    const field = ["parameters", name, "default"];
    if (typeof value === "string" && /\{\{[\s\S]*?\}\}/.test(value))
      lint.say(
        { field },
        `Nothing is filled in at ${name}'s default.`,
        "Write the value itself, or use the template in the stage.",
      );
    else if (!fits(type, value))
      lint.say(
        { field },
        `${name} is a ${type}, and its default ${JSON.stringify(value)} is none.`,
        examples[type] ?? "",
      );
  }
}

const examples: Record<string, string> = {
  text: 'Write it in quotes: "US".',
  number: "Write a number: 10.",
  boolean: "Write true or false.",
  date: 'Write a day in quotes: "2026-01-31".',
};

function fits(type: string, value: string | number | boolean): boolean {
  if (type === "number") return typeof value === "number";
  if (type === "boolean") return typeof value === "boolean";
  if (typeof value !== "string") return false;
  if (type === "text") return true;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  return day !== null && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** Long before anything that still comes: whether a line ever comes does not depend on when it is asked. */
const start = new Date("2024-01-01T00:00:00Z");

function cron(lint: Lint, line: string, zone: string, field: (string | number)[]): void {
  // The library would take it for a line that comes once, and its run for one of a month.
  if (/^\s*\d{4}-/.test(line)) {
    lint.say({ field }, `${line} is a moment and no cron line.`, "Write it as at: in place of cron:, without missed:.");
    return;
  }
  try {
    checkTiming({ cron: line, at: null, zone }, start);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const [message = "", ...fix] = error.message.split(/(?<=[.)]) (?=[A-Z])/);
    lint.say({ field }, message, fix.join(" ") || 'Write five fields: "15 6 * * *" is every day at 06:15.');
  }
}
