"use client";

import { useDebouncedCallback } from "@mantine/hooks";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useMemo, useRef, useState, useTransition } from "react";
import type { Given } from "@/components/queries/parameter-form";
import { addressKey, type ReadValues, readValues } from "@/lib/queries/parameters";
import type { GivenValues, Parameter } from "@/lib/queries/schema";

export interface Values extends ReadValues {
  /** As the form shows them. */
  shown: Given;
  problemsByName: Record<string, string>;
  /** The page is being read for other values, or will be in a moment: what it shows is of those before. */
  pending: boolean;
  /** They are more than an address can carry; the form and a run have them all the same. */
  tooLong: boolean;
  set: (name: string, value: string | string[]) => void;
}

/** Servers and proxies take 8 to 16 KB of a request's head. */
const longest = 6_000;

/** The values of a query's parameters: in the form at once, and in the page's address a moment later. */
export function useValues(parameters: Parameter[], initial: Given, zone: string): Values {
  const router = useRouter();
  const path = usePathname();
  const [pending, startTransition] = useTransition();
  const [shown, setShown] = useState(initial);
  const [tooLong, setTooLong] = useState(false);
  // Addresses on their way. One that comes back is this form's own, and what is typed since then is ahead of it; any
  // other is a link, or back and forward, and the form takes its values.
  const sent = useRef<string[]>([]);
  const address = addressOf(parameters, initial).toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same values in another object are no news
  useEffect(() => {
    const own = sent.current.indexOf(address);
    if (own >= 0) sent.current.splice(0, own + 1);
    else setShown(initial);
  }, [address]);
  const read = useMemo(
    () => readValues(parameters, withoutUndefined(shown), { now: new Date(), timeZone: zone }),
    [parameters, shown, zone],
  );
  const before = useMemo(
    () => readValues(parameters, withoutUndefined(initial), { now: new Date(), timeZone: zone }).given,
    [parameters, initial, zone],
  );
  const ahead = !tooLong && JSON.stringify(before) !== JSON.stringify(read.given);
  const goto = useDebouncedCallback((next: Given) => {
    const there = new URLSearchParams(location.search);
    for (const { name } of parameters) there.delete(addressKey(name));
    const own = addressOf(parameters, next);
    for (const [key, value] of own) there.append(key, value);
    const fits = there.toString().length <= longest;
    setTooLong(!fits);
    // The last address that fitted stays; a server would refuse a longer one.
    if (!fits || own.toString() === (sent.current.at(-1) ?? address)) return;
    sent.current.push(own.toString());
    startTransition(() => router.replace(`${path}${there.size > 0 ? `?${there}` : ""}`, { scroll: false }));
  }, 300);
  const set = (name: string, value: string | string[]) => {
    const next = { ...shown, [name]: value };
    setShown(next);
    goto(next);
  };
  const problemsByName = Object.fromEntries(read.problems.map(({ field, message }) => [field, message]));
  return { ...read, shown, problemsByName, pending: pending || ahead, tooLong, set };
}

export function withoutUndefined(given: Given): GivenValues {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** The values as an address has them, in the order of the declarations. */
function addressOf(parameters: Parameter[], given: Given): URLSearchParams {
  const address = new URLSearchParams();
  for (const { name } of parameters) {
    const value = given[name];
    if (value === undefined) continue;
    const parts = Array.isArray(value) ? value : [value];
    for (const part of parts.length > 0 ? parts : [""]) address.append(addressKey(name), part);
  }
  return address;
}
