"use client";

import Form, { type ThemeProps, withTheme } from "@rjsf/core";
import { Theme } from "@rjsf/mantine";
import type { ErrorSchema, FieldTemplateProps, ObjectFieldTemplateProps, RJSFSchema, ValidatorType } from "@rjsf/utils";
import { useMemo, useState } from "react";
import type { FormContext } from "@/components/forms/context";
import { type FormProblem, placeProblems } from "@/components/forms/form-errors";
import classes from "@/components/forms/forms.module.css";
import { toForm } from "@/components/forms/json-schema";
import { List, ListEntry } from "@/components/forms/lists";
import { Beside, OwnField } from "@/components/forms/own-field";
import { effective, formGroups, isSet, shown, type Values } from "@/lib/operators/form";
import type { Field, Manifest } from "@/lib/operators/schema";

interface Props {
  /** Told apart from other forms on the page. */
  id: string;
  parameters: Manifest["parameters"];
  /** `sql-extract@1`: by which drop-downs look their choices up; null where they cannot. */
  operator: string | null;
  values: Values;
  problems: FormProblem[];
  readOnly?: boolean;
  /** One parameter has another value; undefined takes it out. */
  onChange: (name: string, value: unknown) => void;
}

interface Engine extends FormContext {
  parameters: Manifest["parameters"];
  /** The focus has left a field. */
  onLeft: (name: string) => void;
}

/**
 * The linter says what is wrong, on the server and by the manifest; the engine's own validator compiles code, which the
 * page's content security policy refuses.
 */
const silent: ValidatorType<Values, RJSFSchema, Engine> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: () => true,
  rawValidation: () => ({ errors: [] }),
};

const theme = Theme as unknown as ThemeProps<Values, RJSFSchema, Engine>;
const Themed = withTheme<Values, RJSFSchema, Engine>({
  ...theme,
  fields: { ...theme.fields, own: OwnField as never },
  templates: {
    ...theme.templates,
    FieldTemplate,
    ObjectFieldTemplate: Groups,
    ArrayFieldTemplate: List,
    ArrayFieldItemTemplate: ListEntry,
  },
}) as typeof Form<Values, RJSFSchema, Engine>;

/** An operator's form, drawn from its JSON Schema. What is hidden by a condition keeps its value. */
export default function OperatorForm({ id, parameters, operator, values, problems, readOnly, onChange }: Props) {
  const { schema, uiSchema } = useMemo(() => toForm(parameters, values), [parameters, values]);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const { errors, warnings, rest } = useMemo(() => {
    const { properties } = parameters;
    // A field that nobody has been in yet is not told off for being empty.
    const told = problems.filter(({ pointer }) => {
      const name = pointer.split("/")[1] ?? "";
      return !Object.hasOwn(properties, name) || isSet(values[name]) || seen.has(name);
    });
    return placeProblems(properties, told, (name) => !isSet(values[name]));
  }, [parameters, problems, values, seen]);
  const context: Engine = useMemo(
    () => ({
      ...{ operator, parameters, warnings, values: effective(parameters, values), readOnly: readOnly ?? false },
      onLeft: (name: string) => setSeen((before) => (before.has(name) ? before : new Set([...before, name]))),
    }),
    [operator, parameters, warnings, values, readOnly],
  );
  return (
    <>
      {rest.length > 0 ? (
        <ul role="alert" style={{ color: "var(--sl-failed)" }}>
          {rest.map(({ pointer, message, fix }) => (
            <li key={pointer + message}>
              {message} {fix}
            </li>
          ))}
        </ul>
      ) : null}
      <Themed
        idPrefix={id}
        tagName="div"
        schema={schema}
        uiSchema={uiSchema}
        validator={silent}
        formData={values}
        formContext={context}
        extraErrors={errors as ErrorSchema<Values>}
        showErrorList={false}
        noHtml5Validate
        readonly={readOnly}
        experimental_defaultFormStateBehavior={{
          emptyObjectFields: "skipEmptyDefaults",
          arrayMinItems: { populate: "never" },
        }}
        onChange={({ formData = {} }) => {
          for (const name of Object.keys(schema.properties ?? {}))
            if (!same(formData[name], values[name])) onChange(name, formData[name]);
        }}
      >
        <span />
      </Themed>
    </>
  );
}

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Every widget of ours has its own label, description and error. */
function FieldTemplate({ children, hidden, errors, uiSchema }: FieldTemplateProps<unknown, RJSFSchema, Engine>) {
  if (hidden) return <div hidden>{children}</div>;
  return (
    <div>
      {children}
      {uiSchema?.["ui:field"] === "own" ? null : errors}
    </div>
  );
}

/** The parameters under their headings, the advanced ones folded away; objects within them one below the other. */
function Groups({
  properties,
  fieldPathId,
  title,
  registry,
  errorSchema,
  formData,
  uiSchema,
}: ObjectFieldTemplateProps<Values, RJSFSchema, Engine>) {
  if (fieldPathId.path.length > 0) {
    const { within } = (uiSchema?.["ui:options"] ?? {}) as { within?: Field };
    const visible = within?.properties && shown({ properties: within.properties }, formData ?? {});
    return (
      <fieldset className={classes.nested}>
        {title ? (
          <legend className={typeof fieldPathId.path.at(-1) === "number" ? "visually-hidden" : undefined}>
            {title}
          </legend>
        ) : null}
        <Beside value={formData ?? {}}>
          {properties.map(({ name, content }) =>
            visible && !visible.has(name) ? null : <div key={name}>{content}</div>,
          )}
        </Beside>
      </fieldset>
    );
  }
  const contents = new Map(properties.map(({ name, content }) => [name, content]));
  const wrong = new Set(Object.keys(errorSchema ?? {}));
  const draw = (fields: { name: string }[]) =>
    fields.map(({ name }) =>
      contents.has(name) ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the focus has left the field within
        <div key={name} onBlur={() => registry.formContext.onLeft(name)}>
          {contents.get(name)}
        </div>
      ) : null,
    );
  return (
    <div className={classes.form}>
      {formGroups(registry.formContext.parameters).map(({ title: heading, fields, advanced }) => {
        const more = advanced.filter(({ name }) => contents.has(name));
        if (!fields.some(({ name }) => contents.has(name)) && more.length === 0) return null;
        const needed = more.some(({ name }) => wrong.has(name) || formData?.[name] !== undefined);
        return (
          <div key={heading ?? ""} className={classes.group}>
            {heading ? <h3>{heading}</h3> : null}
            {draw(fields)}
            {more.length > 0 ? (
              <details className={classes.more} open={needed || undefined}>
                <summary>More settings</summary>
                <div className={classes.group}>{draw(more)}</div>
              </details>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}
