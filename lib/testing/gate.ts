import type { Context } from "@/lib/access/context";
import { closeQueue } from "@/lib/jobs/queue";
import { closeWake } from "@/lib/platform/wake";
import { buildPerson, buildTeam } from "./factories";

/** One team, and of it two editors and an admin. */
export async function buildColleagues(): Promise<{ team: string; ana: Context; ben: Context; admin: Context }> {
  const { id: team } = await buildTeam();
  const editor = () => buildPerson({ role: "editor", teamIds: [team] });
  return {
    team,
    ana: await editor(),
    ben: await editor(),
    admin: await buildPerson({ role: "admin", teamIds: [team] }),
  };
}

/** Lets go of the queue and of what wakes this process, at the end of a file that sends work to a gate. */
export async function closeGate(): Promise<void> {
  await closeQueue();
  await closeWake();
}
