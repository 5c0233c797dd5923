import { near } from "@/lib/operators/near";
import { upstream } from "./graph";
import type { Lint, LintedStage } from "./lint";
import type { RunParameter } from "./schema";
import { filters, names, pieces, type Template } from "./template";

/** Whether what stands in `{{ … }}` is something that there will be. */

export interface Place {
  stage?: string;
  field: (string | number)[];
}

/** What may be named in one place. */
export interface Names {
  env: readonly string[] | null;
  params: Record<string, RunParameter>;
  variables: readonly string[] | undefined;
  /** Null: what stages hand on is not there yet. */
  stages: { all: ReadonlySet<string>; before: () => ReadonlySet<string>; own: string } | null;
}

/** @param stage null: the document's own `env` */
export function namesOf({ document, knows, ids }: Lint, stage: LintedStage | null): Names {
  const id = stage?.stage.id;
  return {
    env: stage ? Object.keys(document.env ?? {}) : null,
    params: document.parameters ?? {},
    variables: knows?.variables,
    stages: id === undefined ? null : { all: ids, before: () => upstream(document, id), own: id },
  };
}

/** Every problem of a text's templates. */
export function templateProblems(lint: Lint, text: string, place: Place, known: Names): void {
  if (!text.includes("{{")) return;
  for (const piece of pieces(text)) {
    if (piece.kind === "broken") lint.say(place, piece.message, piece.fix);
    if (piece.kind === "template") checkTemplate(lint, piece.template, place, known);
  }
}

export function checkTemplate(lint: Lint, template: Template, place: Place, known: Names): void {
  const wrong = nameProblem(template.path, known) ?? filterProblem(template, known);
  if (wrong) lint.say(place, wrong.message, wrong.fix);
}

interface Wrong {
  message: string;
  fix: string;
}

const fixedNames = names.filter((name) => !name.includes("*"));
const roots = [...new Set(names.map((name) => name.split(".")[0] as string))];
const allNames = `Names are ${names.map((name) => name.replace(/\*/g, "…")).join(", ")}.`;

function nameProblem(path: string[], known: Names): Wrong | null {
  const [root = "", second = "", third = "", last = ""] = path;
  const name = path.join(".");
  if (!roots.includes(root)) {
    const guess = roots.length > 0 && (near(root, roots) ?? whereFound(root, known));
    return {
      message: `There is no ${name} to fill in.`,
      fix: guess ? `Did you mean ${guess}${guess.includes(".") ? "" : `.${second || "…"}`}?` : allNames,
    };
  }
  if (root === "env" || root === "params" || root === "var") return ownName(path, known);
  if (root !== "stages") {
    if ((fixedNames as string[]).includes(name)) return null;
    const here = fixedNames.filter((one) => one.startsWith(`${root}.`));
    const guess = near(
      second,
      here.map((one) => one.slice(root.length + 1)),
    );
    return {
      message: `There is no ${name} to fill in.`,
      fix: guess ? `Did you mean ${root}.${guess}?` : `There is ${here.join(", ")}.`,
    };
  }
  if (!known.stages)
    return { message: `${name} is not known yet where env is filled in.`, fix: "Use it in a stage's parameters." };
  if (path.length !== 4 || third !== "params" || !last)
    return { message: `${name} names nothing.`, fix: "Write stages.extract.params.last_id: what a stage handed on." };
  const { all, before, own } = known.stages;
  if (!all.has(second)) {
    const guess = near(second, [...all]);
    return {
      message: `There is no stage ${second}.`,
      fix: guess ? `Did you mean ${guess}?` : `Stages are ${[...all].slice(0, 20).join(", ")}.`,
    };
  }
  if (second === own) return { message: `${own} cannot read what it hands on itself.`, fix: "Name a stage before it." };
  if (before().has(second)) return null;
  return {
    message: `${own} does not wait for ${second}, so that ${name} may not be there.`,
    fix: `Add after: [${second}] to ${own}.`,
  };
}

/** Somebody left out where a name is from. */
function whereFound(root: string, known: Names): string | null {
  if (known.env?.includes(root)) return `env.${root}`;
  if (Object.hasOwn(known.params, root)) return `params.${root}`;
  return ["from", "to"].includes(root) ? `interval.${root}` : null;
}

function ownName([root = "", name = "", ...rest]: string[], known: Names): Wrong | null {
  const whole = [root, name, ...rest].join(".");
  if (!name || rest.length > 0) return { message: `${whole} names nothing.`, fix: `Write ${root}. and one name.` };
  if (root === "env" && known.env === null)
    return { message: "A value of env cannot name another.", fix: "Write it out, or use params or var." };
  const there = root === "env" ? known.env : root === "params" ? Object.keys(known.params) : known.variables;
  if (!there || there.includes(name)) return null;
  const guess = near(name, there);
  const add = {
    env: `Add ${name} under env:.`,
    params: `Add ${name} under parameters:.`,
    var: `Apply its file with --var ${name}=….`,
  }[root];
  return { message: `There is no ${whole}.`, fix: guess ? `Did you mean ${root}.${guess}?` : (add ?? "") };
}

function filterProblem({ path, filters: used }: Template, known: Names): Wrong | null {
  for (const [at, { name, argument }] of used.entries()) {
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (!filter) {
      const guess = near(name, Object.keys(filters));
      return {
        message: `There is no filter ${name}.`,
        fix: guess ? `Did you mean ${guess}?` : `Filters are ${Object.keys(filters).join(", ")}.`,
      };
    }
    if (filter.argument && !(argument && filter.argument.test(argument)))
      return { message: `The filter ${name} needs ${filter.argumentWords}.`, fix: `Write ${name}: 1d.` };
    if (!filter.argument && argument)
      return { message: `The filter ${name} takes nothing behind a colon.`, fix: `Write only ${name}.` };
    if (at === 0 && filter.of === "time" && !mayBeTime(path, known))
      return { message: `${path.join(".")} is no time, which ${name} needs.`, fix: `Leave | ${name} out.` };
  }
  return null;
}

function mayBeTime([root = "", name = ""]: string[], known: Names): boolean {
  if (root === "params") return ["date", "text", undefined].includes(known.params[name]?.type);
  return root !== "run" && root !== "pipeline" && root !== "stage";
}
