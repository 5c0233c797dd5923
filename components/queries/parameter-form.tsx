"use client";

import dynamic from "next/dynamic";
import { DateField, RangeField } from "@/components/queries/date-fields";
import { ListField } from "@/components/queries/list-fields";
import classes from "@/components/queries/queries.module.css";
import { QueryListField } from "@/components/queries/query-list-field";
import { NumberField, TextField } from "@/components/queries/text-fields";
import type { Parameter } from "@/lib/queries/schema";

// Loaded where a query has such a parameter.
const SeveralField = dynamic(() => import("@/components/queries/several-field").then((module) => module.SeveralField));

/** What stands in the form and in the address: text, or several texts. A name that is not in it has its default. */
export type Given = Record<string, string | string[] | undefined>;

export interface FieldProps<P extends Parameter = Parameter> {
  parameter: P;
  /** Empty text is an empty field. */
  value: string | string[];
  problem: string | undefined;
  /** The zone in which relative dates are meant. */
  zone: string;
  onChange: (value: string | string[]) => void;
}

interface Props {
  parameters: Parameter[];
  given: Given;
  /** What is wrong, by name. */
  problems: Record<string, string>;
  zone: string;
  /** The saved query whose form this is, by whose share its lists are read where it has one. */
  form?: string;
  onChange: (name: string, value: string | string[]) => void;
}

/** The parameters of a query as a form, in the order in which they are declared. */
export function ParameterForm({ parameters, given, problems, zone, form, onChange }: Props) {
  if (parameters.length === 0) return null;
  return (
    <section className={classes.form} aria-label="Parameters">
      {parameters.map((parameter) => {
        const { name } = parameter;
        const value = shownValue(parameter, given);
        const common = {
          value,
          problem: problems[name],
          zone,
          onChange: (next: string | string[]) => onChange(name, next),
        };
        return (
          <div key={name} className={classes.field}>
            <Field parameter={parameter} given={given} parameters={parameters} form={form} {...common} />
          </div>
        );
      })}
    </section>
  );
}

/** What a field shows: what was given, else its default. */
export function shownValue(parameter: Parameter, given: Given): string | string[] {
  return given[parameter.name] ?? parameter.default ?? "";
}

function Field(props: FieldProps & { given: Given; parameters: Parameter[]; form: string | undefined }) {
  const { parameter, given, parameters, form, ...rest } = props;
  switch (parameter.type) {
    case "text":
      return <TextField parameter={parameter} {...rest} />;
    case "number":
      return <NumberField parameter={parameter} {...rest} />;
    case "date":
      return <DateField parameter={parameter} {...rest} />;
    case "dateRange":
      return <RangeField parameter={parameter} {...rest} />;
    case "list":
      return <ListField parameter={parameter} {...rest} />;
    case "multi":
      return <SeveralField parameter={parameter} {...rest} />;
    case "queryList":
      return (
        <QueryListField parameter={parameter} {...rest} form={form} depends={dependsOn(parameter, parameters, given)} />
      );
  }
}

/** The values that the list's own query takes from the other fields. */
function dependsOn(parameter: Parameter & { type: "queryList" }, all: Parameter[], given: Given) {
  return Object.fromEntries(
    Object.entries(parameter.dependsOn ?? {}).map(([theirs, ours]) => {
      const other = all.find(({ name }) => name === ours);
      return [theirs, other ? shownValue(other, given) : ""];
    }),
  );
}
