import { addMember, removeMember } from "@/lib/teams/change-members";
import { teams } from "@/lib/transport/operations/people";
import { empty, route } from "@/lib/transport/route";

export const PUT = route(teams.addMember, async ({ ctx, params }) => {
  await addMember(ctx, params.id, params.person);
  return empty();
});

export const DELETE = route(teams.removeMember, async ({ ctx, params }) => {
  await removeMember(ctx, params.id, params.person);
  return empty();
});
