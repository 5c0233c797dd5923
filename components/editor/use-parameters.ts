import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { Given } from "@/components/queries/parameter-form";
import { withoutUndefined } from "@/components/queries/use-values";
import type { ParameterValues } from "@/lib/executions/schema";
import { applyOptional, inferParameters, readValues } from "@/lib/queries/parameters";
import type { Parameter } from "@/lib/queries/schema";

interface Kept {
  declared: Parameter[];
  given: Given;
}

export interface Bound {
  /** Same places as in the text that was asked for. */
  sql: string;
  parameters: ParameterValues;
}

export interface TabParameters {
  /** One for each {{name}} in the tab's text. */
  parameters: Parameter[];
  given: Given;
  problems: Record<string, string>;
  set: (name: string, value: string | string[]) => void;
  declare: (parameters: Parameter[]) => void;
  /** A statement of the tab with its values; null while one of them does not fit. */
  bind: (sql: string) => Bound | null;
  /** The declarations that a statement needs. */
  of: (sql: string) => Parameter[];
}

const nothing: Kept = { declared: [], given: {} };

/** The parameters that a tab's text asks for, as this person declared and filled them; kept in this browser. */
export function useParameters(tab: string | undefined, sql: string, zone: string, engine: string): TabParameters {
  const key = tab ? `sluice-parameters-${tab}` : null;
  const [kept, setKept] = useState(nothing);
  useEffect(() => setKept(key ? read(key) : nothing), [key]);
  const change = useCallback(
    (part: Partial<Kept>) =>
      setKept((before) => {
        const next = { ...before, ...part };
        if (key) keep(key, next);
        return next;
      }),
    [key],
  );
  const settled = useDeferredValue(sql);
  const all = useMemo(() => declaredIn(settled, kept.declared, engine), [settled, kept.declared, engine]);
  const of = useCallback((text: string) => declaredIn(text, kept.declared, engine), [kept.declared, engine]);
  const readOf = useCallback(
    (parameters: Parameter[]) => {
      const own = Object.fromEntries(parameters.map(({ name }) => [name, kept.given[name]]));
      return readValues(parameters, withoutUndefined(own), { now: new Date(), timeZone: zone });
    },
    [kept.given, zone],
  );
  const problems = useMemo(
    () => Object.fromEntries(readOf(all).problems.map(({ field, message }) => [field, message])),
    [all, readOf],
  );
  return {
    parameters: all,
    given: kept.given,
    problems,
    set: (name, value) => change({ given: { ...kept.given, [name]: value } }),
    declare: (declared) => change({ declared }),
    of,
    bind: (text) => {
      const { values, problems: wrong } = readOf(of(text));
      return wrong.length > 0 ? null : { sql: applyOptional(text, values, engine), parameters: values };
    },
  };
}

/** In the person's own order where they have declared them, then as the text has them. */
function declaredIn(sql: string, declared: Parameter[], engine: string): Parameter[] {
  const inferred = inferParameters(sql, engine);
  if (inferred.length === 0) return inferred;
  const asked = new Set(inferred.map(({ name }) => name));
  const known = declared.filter(({ name }) => asked.has(name));
  return [...known, ...inferred.filter(({ name }) => !known.some((one) => one.name === name))];
}

function keep(key: string, kept: Kept): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // A full or forbidden storage only means that the values are typed again.
  }
}

function read(key: string): Kept {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as Kept | null) ?? nothing;
  } catch {
    return nothing;
  }
}
