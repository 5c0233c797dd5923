import { findPeople } from "@/lib/shares/data";
import { people } from "@/lib/transport/operations/sharing";
import { route } from "@/lib/transport/route";

export const GET = route(people.find, async ({ ctx, query }) => ({ items: await findPeople(ctx, query), next: null }));
