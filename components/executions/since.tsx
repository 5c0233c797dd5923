import { ExactTime } from "@/components/ui/time";

/** Since when everything was looked at, where a search was not over before its time. */
export function Since({ at }: { at: string | null }) {
  if (!at) return null;
  return (
    <>
      {" "}
      since <ExactTime at={at} />
    </>
  );
}
