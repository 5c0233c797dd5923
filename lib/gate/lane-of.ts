import type { Context } from "@/lib/access/context";
import { SluiceError } from "@/lib/platform/errors";
import { type Lane, lanes } from "./schema";

/** The foremost lane that is theirs without anybody's saying: a browser's, a program's, an assistant's. */
function foremost(ctx: Context): number {
  if (ctx.source === "web") return lanes.indexOf("interactive");
  return lanes.indexOf(ctx.lane ?? (ctx.assistant ? "scheduled" : "api"));
}

/**
 * A lane is a right: a browser is interactive, a token is api, an assistant's token scheduled, and each may stand further
 * back; a token that was given a lane stands there. An admin may choose, and so may a token of theirs that has no lane of
 * its own and no assistant behind it (decision 0082).
 * @returns its number, the most urgent 0
 * @throws SluiceError forbidden
 */
export function laneOf(ctx: Context, asked: Lane | undefined): number {
  const own = foremost(ctx);
  const wanted = asked === undefined ? own : lanes.indexOf(asked);
  const chooses = ctx.user.role === "admin" && ctx.lane === undefined && !ctx.assistant;
  if (wanted >= own || chooses) return wanted;
  throw new SluiceError("forbidden", `A token may not use the lane ${asked}; leave it out, or ask an admin.`);
}

/** Where what is usually in that lane stands when they ask for it: there, or further back where they may not. */
export function laneWithin(ctx: Context, usual: Lane): Lane {
  return lanes[Math.max(lanes.indexOf(usual), foremost(ctx))] ?? usual;
}
