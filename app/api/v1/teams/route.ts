import { createTeam } from "@/lib/teams/change-teams";
import { listTeams } from "@/lib/teams/data";
import { teams } from "@/lib/transport/operations/people";
import { json, route } from "@/lib/transport/route";

export const GET = route(teams.list, async ({ ctx }) => ({ items: await listTeams(ctx), next: null }));

export const POST = route(teams.create, async ({ ctx, body, onceMade }) =>
  json(await onceMade(() => createTeam(ctx, body)), 201),
);
