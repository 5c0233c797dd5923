import type { RunView } from "@/lib/runs/schema";
import type { Api } from "./http";

/** A stage of a pipeline's document, its id aside. */
export interface StageOf {
  operator: string;
  params?: Record<string, unknown>;
}

/** One after the other by `needs`, or all at once. */
export async function publish(api: Api, name: string, stages: StageOf[], inSequence: boolean): Promise<void> {
  const idOf = (n: number) => `s${String(n).padStart(4, "0")}`;
  const document = {
    name,
    stages: stages.map((stage, n) => ({
      id: idOf(n),
      ...stage,
      ...(inSequence && n > 0 ? { after: [idOf(n - 1)] } : {}),
    })),
  };
  await api.json("PUT", `/api/v1/pipelines/${name}`, document);
}

/** From the request to the run's end, as its own times say. @throws Error unless it succeeded */
export async function runOf(api: Api, name: string): Promise<RunView> {
  const { body } = await api.json<{ id: string }>("POST", `/api/v1/pipelines/${name}/runs`, {});
  for (;;) {
    const { body: run } = await api.json<RunView>("GET", `/api/v1/runs/${body.id}?wait=60`);
    if (run.state === "succeeded") return run;
    if (run.state !== "queued" && run.state !== "running") throw new Error(`${name} ${run.state}: ${run.error}`);
  }
}

export const msOf = (run: RunView): number => between(run.createdAt, run.finishedAt);

/** Of its stages: the only attempt of each, in order of their starts. */
export function attemptsOf(run: RunView) {
  const attempts = run.stages.map(({ attempts: [only] }) => {
    if (!only?.admittedAt || !only.startedAt || !only.finishedAt) throw new Error(`a stage of ${run.id} has not run`);
    return { ...only, admittedAt: only.admittedAt, startedAt: only.startedAt, finishedAt: only.finishedAt };
  });
  return attempts.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

export const between = (from: string | null, to: string | null): number =>
  Date.parse(to ?? "") - Date.parse(from ?? "");

/**
 * What a run's time went into, in ms over all its stages: `start` from a worker's taking it to its program's start, `run` the
 * program, `end` from the program's end to what it left being written down, and `handOver` the rest: from there to the next
 * one's being taken.
 */
export function sharesOf(run: RunView) {
  const shares = { handOver: 0, start: 0, run: 0, end: 0 };
  for (const { startedAt, programStart, programEnd, finishedAt } of attemptsOf(run)) {
    shares.start += between(startedAt, programStart);
    shares.run += between(programStart, programEnd);
    shares.end += between(programEnd, finishedAt);
  }
  shares.handOver = msOf(run) - shares.start - shares.run - shares.end;
  return shares;
}

export const sharesInWords = (shares: ReturnType<typeof sharesOf>): string =>
  `hand-over ${Math.round(shares.handOver)}, start ${Math.round(shares.start)}, run ${Math.round(shares.run)}, end ${Math.round(shares.end)}`;
