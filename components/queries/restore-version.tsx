"use client";

import { useRouter } from "next/navigation";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { QueryView } from "@/lib/queries/schema";

/** Nothing is lost by it, so it does not ask: the versions between stay. */
export function RestoreVersion({ query, number }: { query: QueryView; number: number }) {
  const router = useRouter();
  const { run, busy, problem } = useAction();
  const restore = () =>
    run(async () => {
      await api("POST", `/queries/${query.id}/restore`, { number, version: query.version });
      router.push(`/queries/${query.id}`);
    });
  return (
    <>
      <BusyButton loading={busy} onClick={() => void restore()}>
        Make version {number} the latest
      </BusyButton>
      <Refusal>{problem?.message}</Refusal>
    </>
  );
}
