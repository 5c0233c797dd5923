import type { BoundValue } from "@/lib/warehouses/adapter";
import { bigqueryLexis } from "./lexis";

export interface ParameterType {
  type: string;
  arrayType?: ParameterType;
}

export interface QueryParameter {
  name: string;
  parameterType: ParameterType;
  parameterValue?: { value?: string | null; arrayValues?: { value: string }[] };
}

export function parameterName(n: number): string {
  return bigqueryLexis.parameter(n).slice(1);
}

/**
 * Values under the types that the statement asks for. What it does not say is text, which the service turns into dates
 * and times where those are compared.
 */
export function parametersOf(values: BoundValue[], asked: QueryParameter[]): QueryParameter[] {
  const types = new Map(asked.map(({ name, parameterType }) => [name.toLowerCase(), parameterType]));
  return values.map((value, at) => {
    const name = parameterName(at + 1);
    const known = types.get(name);
    if (known?.type === "ARRAY" || (!known && Array.isArray(value))) {
      const parts = value === null ? [] : Array.isArray(value) ? value : [value];
      const parameterType = known ?? { type: "ARRAY", arrayType: { type: "STRING" } };
      return { name, parameterType, parameterValue: { arrayValues: parts.map((part) => ({ value: part })) } };
    }
    const parameterType = known ?? { type: "STRING" };
    const single = Array.isArray(value) ? (value[0] ?? null) : value;
    return { name, parameterType, parameterValue: { value: single } };
  });
}
