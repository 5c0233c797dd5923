"use client";

import type { FieldProps as EngineProps, RJSFSchema } from "@rjsf/utils";
import { type ComponentType, createContext, useContext } from "react";
import type { FieldProps, FormContext } from "@/components/forms/context";
import type { WidgetName } from "@/components/forms/json-schema";
import { Code } from "@/components/forms/widgets/code";
import { StoredFile } from "@/components/forms/widgets/file";
import { Lookup, Names } from "@/components/forms/widgets/lookup";
import { Mapping } from "@/components/forms/widgets/mapping";
import { Cron, Day } from "@/components/forms/widgets/moments";
import { Amount, Choice, Line, Long, Yes } from "@/components/forms/widgets/plain";
import { Secret } from "@/components/forms/widgets/secret";
import { holds, type Values } from "@/lib/operators/form";
import type { Field } from "@/lib/operators/schema";

const widgets: Record<WidgetName, ComponentType<FieldProps>> = {
  code: Code,
  secret: Secret,
  file: StoredFile,
  date: Day,
  cron: Cron,
  mapping: Mapping,
  long: Long,
  names: Names,
  lookup: Lookup,
  yes: Yes,
  choice: Choice,
  amount: Amount,
  line: Line,
};

/** What stands beside a field in its entry of a list: by it some are asked for, and others not. */
export const Beside = createContext<Values>({});

/** A parameter, drawn by the widget that its manifest asks for. */
export function OwnField(props: EngineProps<unknown, RJSFSchema, FormContext>) {
  const { name, schema, uiSchema, formData, rawErrors, required, fieldPathId, onChange, registry } = props;
  const options = uiSchema?.["ui:options"] as { own: Field; as: WidgetName };
  const Widget = widgets[options.as];
  const beside = useContext(Beside);
  const when = options.own["x-requiredIf"];
  return (
    <Widget
      id={fieldPathId.$id}
      name={name}
      place={fieldPathId.path}
      label={String(schema.title ?? name)}
      required={required || (when !== undefined && holds(when, (other) => beside[other]))}
      field={options.own}
      value={formData}
      error={rawErrors?.length ? rawErrors.join(" ") : undefined}
      context={registry.formContext}
      onChange={(value) => onChange(value, fieldPathId.path)}
    />
  );
}
