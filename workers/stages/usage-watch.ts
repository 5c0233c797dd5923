import { type Usage, usageOf } from "@/lib/runtimes/process/processes";

/** A first look soon, so that a short program is seen at all; then at this distance. */
const firstMs = 30;
const everyMs = 250;

const watched = new Map<number, (usage: Usage) => void>();
let timer: NodeJS.Timeout | undefined;
let looking = false;

async function look(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    for (const [session, usage] of await usageOf([...watched.keys()])) watched.get(session)?.(usage);
  } finally {
    looking = false;
  }
}

/** Looks at all sessions at once, since one look goes over every process of the machine. Answers how to leave. */
export function watchUsage(session: number, tell: (usage: Usage) => void): () => void {
  watched.set(session, tell);
  const first = setTimeout(() => void look(), firstMs);
  timer ??= setInterval(() => void look(), everyMs);
  return () => {
    clearTimeout(first);
    watched.delete(session);
    if (watched.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
