import { setTimeout as delay } from "node:timers/promises";
import type { Backend } from "@/lib/warehouses/adapter";
import type { Client } from "./client";
import { statusOf } from "./errors";
import { cancelJob, getJob, type JobName } from "./jobs";
import { jobOf } from "./session";

/** A batch holds no more statements than this. */
const mostJobs = 1_000;

/** The job of a backend that has not ended. Its jobs run one after the other, so no more than one. */
async function unfinished(client: Client, backend: Backend): Promise<JobName | null> {
  for (let n = 0; n < mostJobs; n++) {
    const name = jobOf(backend, n);
    const job = await getJob(client, name, true);
    if (!job) return null;
    if (job.status?.state !== "DONE") return name;
  }
  return null;
}

export async function isActive(client: Client, backend: Backend): Promise<boolean> {
  return (await unfinished(client, backend)) !== null;
}

/** Asks for the end and looks until the service says that it has come. @throws WarehouseError when it does not answer */
export async function stop(client: Client, backend: Backend, graceMs: number): Promise<boolean> {
  const until = Date.now() + graceMs + 8_000;
  let asked = 0;
  for (let wait = 50; ; wait = Math.min(wait * 2, 500)) {
    const name = await unfinished(client, backend);
    if (!name) return true;
    if (Date.now() >= until) return false;
    // A request may be lost; once a second does no harm.
    if (Date.now() - asked > 1_000) {
      asked = Date.now();
      await cancelJob(client, name).catch(() => undefined);
    }
    await delay(wait);
  }
}

interface Listed {
  jobs?: { state?: string }[];
}

/** Jobs of the project, of everybody where this account may see them, else its own. */
export async function load(client: Client) {
  const list = (allUsers: boolean) =>
    client.call<Listed>({
      path: "/jobs",
      query: { stateFilter: ["running", "pending"], allUsers, projection: "minimal", maxResults: 1_000 },
      once: true,
    });
  const { jobs = [] } = await list(true).catch((error: unknown) => {
    if (statusOf(error) !== 403) throw error;
    return list(false);
  });
  const waiting = jobs.filter(({ state }) => state === "PENDING").length;
  return { active: jobs.length - waiting, waiting, idleInTransaction: 0 };
}
