import { deleteTeam, updateTeam } from "@/lib/teams/change-teams";
import { teams } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";

export const PATCH = route(teams.update, async ({ ctx, params, body }) => {
  await updateTeam(ctx, params.id, body);
  return empty();
});

export const DELETE = route(teams.remove, async ({ ctx, params }) => {
  await deleteTeam(ctx, params.id);
  return empty();
});
