"use client";

import { Button, Select, TextInput } from "@mantine/core";
import dynamic from "next/dynamic";
import { useCallback, useEffect, useState } from "react";
import type { FieldProps } from "@/components/queries/parameter-form";
import classes from "@/components/queries/queries.module.css";
import { labelOf, one } from "@/components/queries/text-fields";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import { RelativeTime } from "@/components/ui/time";
import type { Choices, Parameter } from "@/lib/queries/schema";

const ChooseSeveral = dynamic(() => import("@/components/queries/several-inputs").then((part) => part.ChooseSeveral));
const TypeSeveral = dynamic(() => import("@/components/queries/several-inputs").then((part) => part.TypeSeveral));

type ListParameter = Parameter & { type: "queryList" };

interface Props extends FieldProps<ListParameter> {
  /** What the list's own query is asked with. */
  depends: Record<string, string | string[]>;
  /** The saved query whose form the field is in. */
  form?: string | undefined;
}

/** A choice among the rows of another saved query. Where that cannot be read, the value is typed. */
export function QueryListField({ parameter, value, problem, zone, depends, form, onChange }: Props) {
  const { choices, failed, loading, load } = useChoices(parameter, depends, zone, form);
  const label = labelOf(parameter);
  const chosen = (Array.isArray(value) ? value : [value]).filter(Boolean);
  const common = { size: "sm", label, required: parameter.required, error: problem } as const;
  if (failed) {
    const description = (
      <>
        {failed} Type {parameter.multi ? "values" : "a value"}, or{" "}
        <Button variant="subtle" size="compact-xs" onClick={() => load(true)}>
          try again
        </Button>
      </>
    );
    const typed = { ...common, description, inputWrapperOrder: ["label", "input", "description", "error"] as const };
    return parameter.multi ? (
      <TypeSeveral {...typed} inputWrapperOrder={[...typed.inputWrapperOrder]} value={chosen} onChange={onChange} />
    ) : (
      <TextInput
        {...typed}
        inputWrapperOrder={[...typed.inputWrapperOrder]}
        value={one(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  // What the address says stays choosable, and is said to be none of the list.
  const strange = choices ? chosen.filter((each) => !choices.choices.some((choice) => choice.value === each)) : [];
  const data = [
    ...(choices?.choices ?? []),
    ...(choices ? strange : chosen).map((each) => ({ value: each, label: each })),
  ];
  const note = noteOf(choices, strange, loading);
  const shared = {
    ...common,
    data,
    searchable: true,
    clearable: !parameter.required,
    limit: 200,
    placeholder: chosen.length === 0 ? (loading ? "Reading the list" : "Any") : undefined,
    nothingFoundMessage: loading ? "Reading the list" : "Not in the list",
    description: note,
    inputWrapperOrder: ["label", "input", "description", "error"] as ("label" | "input" | "description" | "error")[],
  };
  return (
    <div className={loading ? classes.pending : undefined} aria-busy={loading}>
      {parameter.multi ? (
        <ChooseSeveral {...shared} value={chosen} onChange={onChange} />
      ) : (
        <Select {...shared} value={chosen[0] ?? null} onChange={(next) => onChange(next ?? "")} />
      )}
    </div>
  );
}

function noteOf(choices: Choices | undefined, strange: string[], loading: boolean) {
  if (strange.length > 0 && !loading)
    return `${strange.map((each) => `“${each.slice(0, 40)}”`).join(", ")} ${strange.length === 1 ? "is" : "are"} not in the list.`;
  if (choices?.more) return "The first 1,000 of the list.";
  if (!choices || Date.now() - Date.parse(choices.at) < 3_600_000) return undefined;
  return (
    <>
      List of <RelativeTime at={choices.at} />
    </>
  );
}

/** The options, read anew when what they depend on changes. */
function useChoices(parameter: ListParameter, depends: Record<string, string | string[]>, zone: string, form?: string) {
  const [choices, setChoices] = useState<Choices>();
  const [failed, setFailed] = useState<string>();
  const [loading, setLoading] = useState(true);
  const body = JSON.stringify({
    parameters: depends,
    form,
    column: parameter.column,
    labelColumn: parameter.labelColumn,
    timeZone: zone,
  });
  const [asked, setAsked] = useState({ body, refresh: false });
  const load = useCallback((refresh: boolean) => setAsked({ body, refresh }), [body]);
  useEffect(() => {
    // A field that is still being typed in does not ask at each key.
    const timer = setTimeout(
      () => setAsked((before) => (before.body === body ? before : { body, refresh: false })),
      400,
    );
    return () => clearTimeout(timer);
  }, [body]);
  useEffect(() => {
    const controller = new AbortController();
    setLoading(true);
    api<Choices>(
      "POST",
      `/queries/${parameter.query}/choices`,
      { ...JSON.parse(asked.body), refresh: asked.refresh },
      controller,
    )
      .then(
        (found) => {
          setChoices(found);
          setFailed(undefined);
        },
        (error: unknown) => {
          if (!controller.signal.aborted) setFailed(asProblem(error).message);
        },
      )
      .finally(() => {
        if (!controller.signal.aborted) setLoading(false);
      });
    return () => controller.abort();
  }, [asked, parameter.query]);
  return { choices, failed, loading, load };
}
