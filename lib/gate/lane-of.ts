import type { Context } from "@/lib/access/context";
import { SluiceError } from "@/lib/platform/errors";
import { lanes } from "./schema";

/**
 * A lane is a right: a browser is interactive, a token is api and may stand further back; admins may choose.
 * @returns its number, the most urgent 0
 * @throws SluiceError forbidden
 */
export function laneOf(ctx: Context, asked: (typeof lanes)[number] | undefined): number {
  const own = ctx.source === "web" ? 0 : 1;
  const wanted = asked === undefined ? own : lanes.indexOf(asked);
  if (wanted >= own || ctx.user.role === "admin") return wanted;
  throw new SluiceError("forbidden", `A token may not use the lane ${asked}; leave it out, or ask an admin.`);
}
