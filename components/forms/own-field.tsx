"use client";

import type { FieldProps as EngineProps, RJSFSchema } from "@rjsf/utils";
import type { ComponentType } from "react";
import type { FieldProps, FormContext } from "@/components/forms/context";
import type { WidgetName } from "@/components/forms/json-schema";
import { Code } from "@/components/forms/widgets/code";
import { StoredFile } from "@/components/forms/widgets/file";
import { Lookup, Names } from "@/components/forms/widgets/lookup";
import { Mapping } from "@/components/forms/widgets/mapping";
import { Cron, Day } from "@/components/forms/widgets/moments";
import { Amount, Choice, Line, Long, Yes } from "@/components/forms/widgets/plain";
import { Secret } from "@/components/forms/widgets/secret";
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

/** A parameter, drawn by the widget that its manifest asks for. */
export function OwnField(props: EngineProps<unknown, RJSFSchema, FormContext>) {
  const { name, schema, uiSchema, formData, rawErrors, required, fieldPathId, onChange, registry } = props;
  const options = uiSchema?.["ui:options"] as { own: Field; as: WidgetName };
  const Widget = widgets[options.as];
  return (
    <Widget
      id={fieldPathId.$id}
      name={name}
      place={fieldPathId.path}
      label={String(schema.title ?? name)}
      required={required ?? false}
      field={options.own}
      value={formData}
      error={rawErrors?.length ? rawErrors.join(" ") : undefined}
      context={registry.formContext}
      onChange={(value) => onChange(value, fieldPathId.path)}
    />
  );
}
