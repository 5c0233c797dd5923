import { readdir, readFile } from "node:fs/promises";

export interface Process {
  pid: number;
  parent: number;
  command: string;
  /** Proportional set size: shared pages counted once over all who share them. MiB. */
  pss: number;
}

/** Every process below `root`, itself included; processes that end meanwhile are left out. Linux only. */
export async function tree(root: number): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      // The command in parentheses may hold spaces and parentheses itself: read from the last one.
      const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
      if (parent) parents.set(pid, Number(parent));
    }),
  );
  const ours = [...parents.keys()].filter((pid) => {
    for (let at: number | undefined = pid; at; at = parents.get(at)) if (at === root) return true;
    return false;
  });
  const read = await Promise.all(ours.map((pid) => describe(pid, parents.get(pid) ?? 0)));
  return read.filter((process) => process !== null);
}

async function describe(pid: number, parent: number): Promise<Process | null> {
  try {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ").trim();
    return { pid, parent, command, pss: Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024 };
  } catch {
    return null;
  }
}

export function sum(processes: Process[], only?: RegExp): number {
  return Math.round(processes.filter((p) => !only || only.test(p.command)).reduce((all, p) => all + p.pss, 0));
}

/** Web, worker and the DuckDB children, without their database and npm. */
export const webAndWorker = /dist\/(web|worker|duckdb-writer|duckdb-reader)\.mjs/;

/** Samples until told to stop, then answers the highest sums seen. */
export function watchMemory(root: number, everyMs = 200): () => Promise<{ whole: number; own: number }> {
  const high = { whole: 0, own: 0 };
  let going = true;
  const done = (async () => {
    while (going) {
      const now = await tree(root);
      high.whole = Math.max(high.whole, sum(now));
      high.own = Math.max(high.own, sum(now, webAndWorker));
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  })();
  return async () => {
    going = false;
    await done;
    return high;
  };
}
