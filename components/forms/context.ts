import type { Values } from "@/lib/operators/form";
import type { Field } from "@/lib/operators/schema";

/** What the fields of a form know of the form around them. */
export interface FormContext {
  /** Whose form it is: `sql-extract@1`. Null where there is nothing to look choices up by. */
  operator: string | null;
  /** All values as they count: defaults where nobody gave another. */
  values: Values;
  /** What is odd and still goes, by the parameter's name. */
  warnings: Readonly<Record<string, string>>;
  readOnly: boolean;
}

/** One field, as every widget takes it. */
export interface FieldProps {
  id: string;
  name: string;
  /** Where its value stands below the parameters: `["checks", 0, "column"]`. */
  place: (string | number)[];
  label: string;
  required: boolean;
  field: Field;
  value: unknown;
  error: string | undefined;
  /** Undefined takes the value out of the document. */
  onChange: (value: unknown) => void;
  context: FormContext;
}

/** What Mantine's inputs take alike. */
export function inputProps({ id, label, required, field, error, context, name }: FieldProps) {
  const warning = context.warnings[name];
  const said = [field.description, warning && `Odd: ${warning}`].filter(Boolean).join(" ");
  return {
    id,
    label,
    description: said || undefined,
    error,
    withAsterisk: required,
    readOnly: context.readOnly,
  };
}

/** The text of a value that should be one, whatever somebody wrote into the YAML. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What stands in an empty field: what would count, or an example. */
export function placeholderOf(field: Field): string | undefined {
  if (field["x-placeholder"]) return field["x-placeholder"];
  const fallback = field.default;
  if (typeof fallback === "string" || typeof fallback === "number") return String(fallback);
  const [example] = field.examples ?? [];
  return typeof example === "string" || typeof example === "number" ? `for example ${example}` : undefined;
}
