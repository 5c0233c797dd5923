import { setTimeout as delay } from "node:timers/promises";
import type { Backend, EngineLoad, ForeignSession } from "@/lib/warehouses/adapter";
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
  jobs?: {
    state?: string;
    user_email?: string;
    jobReference?: JobName;
    configuration?: { query?: { query?: string } };
    statistics?: { startTime?: string; creationTime?: string; totalSlotMs?: string; query?: { totalSlotMs?: string } };
  }[];
}
type ListedJob = NonNullable<Listed["jobs"]>[number];

/** Unfinished jobs of the project, of everybody where this account may see them, else its own. */
async function unfinishedJobs(client: Client): Promise<{ jobs: ListedJob[]; whole: boolean }> {
  const list = (allUsers: boolean) =>
    client.call<Listed>({
      path: "/jobs",
      query: { stateFilter: ["running", "pending"], allUsers, projection: "full", maxResults: 1_000 },
      once: true,
    });
  try {
    return { jobs: (await list(true)).jobs ?? [], whole: true };
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    return { jobs: (await list(false)).jobs ?? [], whole: false };
  }
}

const isOurs = ({ jobReference }: ListedJob) => jobReference?.jobId.startsWith("sluice_") ?? false;
const beganAt = ({ statistics }: ListedJob) => Number(statistics?.startTime ?? statistics?.creationTime ?? 0) || null;

export async function load(client: Client): Promise<EngineLoad> {
  const { jobs, whole } = await unfinishedJobs(client);
  const now = Date.now();
  const waiting = jobs.filter(({ state }) => state === "PENDING").length;
  const running = jobs.filter(({ state }) => state !== "PENDING");
  // Each job's slots on average since it began: what the service counts is time of one slot.
  const slots = running.map((job) => {
    const spent = Number(job.statistics?.totalSlotMs ?? job.statistics?.query?.totalSlotMs ?? 0);
    const began = beganAt(job);
    return began && now > began ? spent / (now - began) : 0;
  });
  const oldest = Math.min(...jobs.flatMap((job) => beganAt(job) ?? []));
  return {
    active: running.length,
    waiting,
    idleInTransaction: 0,
    blocked: 0,
    foreign: running.filter((job) => !isOurs(job)).length,
    oldestSeconds: Number.isFinite(oldest) ? Math.max(0, Math.floor((now - oldest) / 1_000)) : null,
    whole,
    engineSlots: Math.round(slots.reduce((sum, each) => sum + each, 0)),
  };
}

export async function foreignSessions(client: Client): Promise<ForeignSession[]> {
  const { jobs } = await unfinishedJobs(client);
  return jobs
    .filter((job) => !isOurs(job) && job.jobReference)
    .slice(0, 200)
    .map((job) => ({
      id: `${job.jobReference?.location}/${job.jobReference?.jobId}`,
      user: job.user_email ?? null,
      application: null,
      database: client.config.project,
      state: job.state?.toLowerCase() ?? null,
      since: beganAt(job) ? new Date(beganAt(job) ?? 0).toISOString() : null,
      waitsFor: job.state === "PENDING" ? "slots" : null,
      blockedBy: [],
      sql: job.configuration?.query?.query?.slice(0, 2_000) ?? null,
      // Who may not is told when they try: the service says no earlier.
      mayEnd: true,
    }));
}

export async function endForeign(client: Client, id: string): Promise<"ended" | "gone" | "refused" | "stays"> {
  const slash = id.indexOf("/");
  const name = { location: id.slice(0, slash), jobId: id.slice(slash + 1) };
  if (slash < 1 || !name.jobId || name.jobId.startsWith("sluice_")) return "gone";
  const standing = async () => ((await getJob(client, name, true))?.status?.state ?? "DONE") !== "DONE";
  try {
    if (!(await standing())) return "gone";
    await cancelJob(client, name);
  } catch (error) {
    if (statusOf(error) === 403) return "refused";
    throw error;
  }
  const until = Date.now() + 8_000;
  for (let wait = 50; Date.now() < until; wait = Math.min(wait * 2, 500)) {
    if (!(await standing())) return "ended";
    await delay(wait);
  }
  return "stays";
}
