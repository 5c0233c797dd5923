"use client";

import { useDebouncedCallback } from "@mantine/hooks";
import { usePathname, useRouter } from "next/navigation";
import { useMemo, useState, useTransition } from "react";
import type { Given } from "@/components/queries/parameter-form";
import { addressKey, type ReadValues, readValues } from "@/lib/queries/parameters";
import type { GivenValues, Parameter } from "@/lib/queries/schema";

export interface Values extends ReadValues {
  /** As the form shows them. */
  shown: Given;
  problemsByName: Record<string, string>;
  /** The page is being read for other values. */
  pending: boolean;
  set: (name: string, value: string | string[]) => void;
}

/** The values of a query's parameters: in the form at once, and in the page's address a moment later. */
export function useValues(parameters: Parameter[], initial: Given, zone: string): Values {
  const router = useRouter();
  const path = usePathname();
  const [pending, startTransition] = useTransition();
  const [shown, setShown] = useState(initial);
  // Back and forward change the address; what is being typed is ahead of it and stays.
  const [known, setKnown] = useState(initial);
  if (JSON.stringify(known) !== JSON.stringify(initial)) {
    setKnown(initial);
    setShown(initial);
  }
  const read = useMemo(
    () => readValues(parameters, withoutUndefined(shown), { now: new Date(), timeZone: zone }),
    [parameters, shown, zone],
  );
  const goto = useDebouncedCallback((next: Given) => {
    const address = new URLSearchParams(location.search);
    for (const { name } of parameters) {
      const key = addressKey(name);
      address.delete(key);
      const value = next[name];
      if (value === undefined) continue;
      const parts = Array.isArray(value) ? (value.length > 0 ? value : [""]) : [value];
      for (const part of parts) address.append(key, part);
    }
    setKnown(next);
    startTransition(() => router.replace(`${path}${address.size > 0 ? `?${address}` : ""}`, { scroll: false }));
  }, 300);
  const set = (name: string, value: string | string[]) => {
    const next = { ...shown, [name]: value };
    setShown(next);
    goto(next);
  };
  const problemsByName = Object.fromEntries(read.problems.map(({ field, message }) => [field, message]));
  return { ...read, shown, problemsByName, pending, set };
}

export function withoutUndefined(given: Given): GivenValues {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
