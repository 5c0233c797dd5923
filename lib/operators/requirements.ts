import type { Manifest } from "./schema";

/**
 * Python packages that a stage asks for: a text with one pinned package a line, in the part of pip's requirement files that
 * says the same at every time. Pure: the form, the linter and the worker read it alike.
 */

/** Normalised and pinned, as `scikit-learn==1.7.2` or `fsspec[s3]==2026.1.0`. */
const name = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/;
const extras = /^\[\s*[A-Za-z0-9._-]+(?:\s*,\s*[A-Za-z0-9._-]+)*\s*\]/;
/** packaging.python.org, "Version specifiers": the public versions, and a local part. */
const version =
  /^(?:\d+!)?\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z0-9]+(?:[._-][a-z0-9]+)*)?$/i;
const most = 50;

export interface RequirementProblem {
  /** From 1. */
  line: number;
  message: string;
  fix: string;
}

interface Requirement {
  name: string;
  text: string;
}

const shown = (line: string) => `“${line.length > 60 ? `${line.slice(0, 59)}…` : line}”`;

/** A line in its normal form; what is wrong with it; or null where it says nothing. */
function read(raw: string): Requirement | { message: string; fix: string } | null {
  const line = raw.replace(/(?:^|\s)#.*$/, "").trim();
  if (line === "") return null;
  const named = name.exec(line)?.[0];
  if (line.startsWith("-"))
    return { message: `${shown(line)} is an option of pip.`, fix: "Name packages alone, as polars==1.35.2." };
  if (!named || /[/@]/.test(line))
    return { message: `${shown(line)} is no package of the index.`, fix: "Name one by its name, as polars==1.35.2." };
  const rest = line.slice(named.length).trimStart();
  const more = extras.exec(rest)?.[0] ?? "";
  const [operator = "", wanted = ""] =
    /^(===?|~=|!=|[<>]=?)?\s*(.*)$/s.exec(rest.slice(more.length).trim())?.slice(1) ?? [];
  if (wanted.includes(";"))
    return { message: `${shown(line)} has a condition.`, fix: "Leave out what stands behind the semicolon." };
  if (operator !== "==" || wanted.includes("*"))
    return {
      message: `${shown(line)} names no exact version, so two runs could get two.`,
      fix: `Write ${named}== and the version.`,
    };
  if (!version.test(wanted)) return { message: `${shown(wanted)} is no version.`, fix: `Write it as ${named}==1.2.3.` };
  const normal = named.toLowerCase().replace(/[._-]+/g, "-");
  return { name: normal, text: `${normal}${more.toLowerCase().replace(/\s/g, "")}==${wanted.toLowerCase()}` };
}

/** What is wrong, line by line. */
export function requirementProblems(text: string): RequirementProblem[] {
  const problems: RequirementProblem[] = [];
  const seen = new Map<string, number>();
  for (const [at, raw] of text.split("\n").entries()) {
    const found = read(raw);
    const line = at + 1;
    if (found === null) continue;
    if ("message" in found) {
      problems.push({ line, ...found });
      continue;
    }
    const before = seen.get(found.name);
    if (before !== undefined)
      problems.push({ line, message: `${found.name} stands in line ${before} already.`, fix: "Take one of them out." });
    else seen.set(found.name, line);
    if (seen.size === most + 1 && before === undefined)
      problems.push({ line, message: `More than ${most} packages.`, fix: "Build an image with them." });
  }
  return problems;
}

/** The packages of a text without problems, in one order and spelling: the same packages are the same list. */
export function requirementsOf(text: string): string[] {
  const found = text.split("\n").map(read);
  return found.flatMap((one) => (one && "text" in one ? [one.text] : [])).sort();
}

/** An operator's parameters that name any, with what they are given. */
export function requirementTexts({ parameters }: Manifest, params: Record<string, unknown>) {
  return Object.entries(parameters.properties).flatMap(([name, field]) => {
    const value = params[name];
    return field["x-widget"] === "requirements" && typeof value === "string" ? [{ name, value }] : [];
  });
}
