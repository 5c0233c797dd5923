import type { Parameter } from "@/lib/queries/schema";

type Option = { value: string; label?: string | undefined };

/** The same parameter as another type; what both have stays. */
export function withType(parameter: Parameter, type: Parameter["type"]): Parameter {
  const { name, label, required } = parameter;
  const common = { name, ...(label ? { label } : {}), ...(required ? { required } : {}) };
  const options: Option[] = "options" in parameter ? parameter.options : [];
  const first = Array.isArray(parameter.default) ? parameter.default[0] : parameter.default;
  if (type === "queryList") return { ...common, type, query: "" };
  if (type === "list") return { ...common, type, options, ...(first ? { default: first } : {}) };
  if (type === "multi") return { ...common, type, options, ...(first ? { default: [first] } : {}) };
  const keeps = parameter.type === "text" || type === "text";
  return { ...common, type, ...(keeps && first ? { default: first } : {}) };
}

/** The declarations with those added that the text asks for and nobody has declared. */
export function withInferred(declared: Parameter[], inferred: Parameter[]): Parameter[] {
  const known = new Set(declared.map(({ name }) => name));
  const missing = inferred.filter(({ name }) => !known.has(name));
  return missing.length === 0 ? declared : [...declared, ...missing];
}
