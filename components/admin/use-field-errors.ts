"use client";

import type { FormErrors } from "@mantine/form";
import { useEffect } from "react";
import type { Problem } from "@/components/ui/problem";

type Errors = Record<string, string>;

/** What is asked of a form here, whatever its values. */
interface Form {
  setErrors(errors: FormErrors): void;
  getInputNode(path: string): HTMLElement | null;
}

/** Shows errors at their fields and goes to the first: what the focus reaches is read out with its error. */
export function showErrors(form: Form, errors: FormErrors): void {
  form.setErrors(errors);
  form.getInputNode(Object.keys(errors)[0] ?? "")?.focus();
}

/**
 * What the API refused goes to the form's fields.
 * @param renamed turns the API's names of fields into the form's
 */
export function useFieldErrors(
  form: Form,
  problem: Problem | undefined,
  renamed: (errors: Errors) => Errors = (errors) => errors,
): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at each render
  useEffect(() => {
    if (problem) showErrors(form, renamed(problem.byField));
  }, [problem]);
}
