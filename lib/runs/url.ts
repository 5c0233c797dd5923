import { publicUrl } from "@/lib/platform/url";

export const runUrl = (id: string): string => publicUrl(`/runs/${id}`);

/** The same for every attempt of a stage over one interval, whichever run it is of: whose rows `append` replaces. */
export function runKeyOf({
  pipeline,
  stage,
  run,
}: {
  pipeline: { id: string };
  stage: string;
  run: { from: string; to: string };
}): string {
  const [from, to] = [run.from, run.to].map((at) => new Date(at).toISOString());
  return `${pipeline.id}/${stage}/${from}/${to}`;
}
