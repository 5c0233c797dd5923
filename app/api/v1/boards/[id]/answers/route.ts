import { boardAnswers } from "@/lib/boards/answers";
import { boards } from "@/lib/transport/operations/boards";
import { route } from "@/lib/transport/route";

export const GET = route(boards.answers, async ({ ctx, params, query }) => ({
  items: await boardAnswers(ctx, params.id, query.parameters),
  next: null,
}));
