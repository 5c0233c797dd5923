import { SluiceError } from "@/lib/platform/errors";
import type { Context, Role } from "./context";

/** What a token can be limited to. `*` is everything its person may do. */
export const scopes = [
  "*",
  "executions:read",
  "executions:run",
  "queries:read",
  "queries:write",
  "sharing:write",
  "warehouses:read",
  "warehouses:manage",
  "people:manage",
  "tokens:manage",
  "audit:read",
  "results:erase",
  "usage:read",
  "metrics:read",
  "mcp:use",
  "pipelines:read",
  "pipelines:write",
  "pipelines:run",
  "secrets:write",
] as const;
export type Scope = (typeof scopes)[number];

interface Rule {
  /** The least role that may. */
  role: Role;
  scope: Scope;
}

/** One line an action. Whether this warehouse or that execution is theirs is asked of reader.ts as well. */
export const actions = {
  "execution.read": { role: "viewer", scope: "executions:read" },
  "execution.run": { role: "editor", scope: "executions:run" },
  // Stopping is for owners and admins, whatever they have become since; cancel-execution checks which.
  "execution.cancel": { role: "viewer", scope: "executions:run" },
  // Of a query whose warehouse they may use. Editing is for its owner, the owning team and admins: lib/queries/rights.ts.
  "query.read": { role: "viewer", scope: "queries:read" },
  "query.run": { role: "viewer", scope: "executions:run" },
  "query.write": { role: "editor", scope: "queries:write" },
  // Of what they may see; changing one is for its author and admins: lib/charts/data.ts.
  "chart.read": { role: "viewer", scope: "queries:read" },
  "chart.write": { role: "editor", scope: "queries:write" },
  // Which board is whose: lib/boards/row.ts. What stands on one is asked of each of its queries.
  "board.read": { role: "viewer", scope: "queries:read" },
  "board.write": { role: "editor", scope: "queries:write" },
  // Of a query that they may see; changing one is for who set it up and admins: lib/triggers/data.ts.
  "trigger.write": { role: "editor", scope: "queries:write" },
  // Operators too. Which pipeline is whose is asked in lib/pipelines.
  "pipeline.read": { role: "viewer", scope: "pipelines:read" },
  "pipeline.write": { role: "editor", scope: "pipelines:write" },
  "pipeline.run": { role: "editor", scope: "pipelines:run" },
  // Which are whose: lib/secrets/data.ts. Nobody reads a value back.
  "secret.read": { role: "editor", scope: "pipelines:read" },
  "secret.write": { role: "editor", scope: "secrets:write" },
  "query.favourite": { role: "viewer", scope: "queries:write" },
  // Of what they may open themselves. Which shares are whose is asked in lib/shares.
  "share.read": { role: "viewer", scope: "executions:read" },
  "share.write": { role: "viewer", scope: "sharing:write" },
  "request.read": { role: "viewer", scope: "sharing:write" },
  "request.write": { role: "viewer", scope: "sharing:write" },
  "comment.read": { role: "viewer", scope: "executions:read" },
  "comment.write": { role: "viewer", scope: "sharing:write" },
  "inbox.own": { role: "viewer", scope: "sharing:write" },
  "person.find": { role: "viewer", scope: "sharing:write" },
  "warehouse.read": { role: "viewer", scope: "warehouses:read" },
  "warehouse.explain": { role: "editor", scope: "executions:run" },
  "warehouse.manage": { role: "admin", scope: "warehouses:manage" },
  "gate.read": { role: "viewer", scope: "warehouses:read" },
  "gate.write": { role: "admin", scope: "warehouses:manage" },
  "load.read": { role: "admin", scope: "warehouses:read" },
  // Files to query, which nobody else sees.
  "upload.own": { role: "editor", scope: "executions:run" },
  "draft.own": { role: "editor", scope: "executions:run" },
  "self.read": { role: "viewer", scope: "executions:read" },
  "self.write": { role: "viewer", scope: "*" },
  "token.own": { role: "viewer", scope: "tokens:manage" },
  // Everybody's: seeing them. Ending one is in lib/access/tokens.ts.
  "token.manage": { role: "admin", scope: "tokens:manage" },
  // Of the service accounts of one's own teams: lib/users/service-accounts.ts.
  "service.use": { role: "editor", scope: "tokens:manage" },
  "session.own": { role: "viewer", scope: "*" },
  "person.manage": { role: "admin", scope: "people:manage" },
  // Of a person, in one's own browser and for looking only: lib/access/view-as.ts.
  "person.view": { role: "admin", scope: "people:manage" },
  "view.end": { role: "viewer", scope: "*" },
  "team.manage": { role: "admin", scope: "people:manage" },
  // Of who may download, run any image, and make links: lib/access/rights.ts.
  "right.manage": { role: "admin", scope: "people:manage" },
  "metrics.read": { role: "admin", scope: "metrics:read" },
  // What an assistant may then do is asked of the person's role again: lib/mcp.
  "mcp.use": { role: "viewer", scope: "mcp:use" },
  // Of anybody's stored rows, for good: lib/erasures.
  "result.erase": { role: "admin", scope: "results:erase" },
  "audit.read": { role: "admin", scope: "audit:read" },
  // Lists hold what one may see by oneself: lib/usage/data.ts.
  "usage.read": { role: "viewer", scope: "usage:read" },
} as const satisfies Record<string, Rule>;
export type Action = keyof typeof actions;

const rank: Record<Role, number> = { viewer: 0, editor: 1, admin: 2 };

export function may(ctx: Context, action: Action): boolean {
  const rule = actions[action];
  if (ctx.viewedBy && !looking.has(action)) return false;
  return rank[ctx.user.role] >= rank[rule.role] && hasScope(ctx, rule.scope);
}

/**
 * What only looks, or what a page needs to look: lib/transport/route.ts lets nothing but GET through, and audit.ts no
 * write, so that a list of one's own may stand here beside those who change it.
 */
const looking = new Set<Action>([
  ...(["execution.read", "query.read", "chart.read", "board.read", "share.read", "request.read"] as const),
  ...(["comment.read", "inbox.own", "person.find", "warehouse.read", "gate.read", "load.read", "upload.own"] as const),
  ...(["draft.own", "self.read", "token.own", "service.use", "session.own", "person.manage", "team.manage"] as const),
  "token.manage",
  ...([
    "pipeline.read",
    "secret.read",
    "right.manage",
    "result.erase",
    "audit.read",
    "usage.read",
    "view.end",
  ] as const),
]);

/** @throws SluiceError forbidden where an admin looks as somebody else */
export function refuseWhileViewing(ctx: Pick<Context, "user" | "viewedBy">): void {
  if (!ctx.viewedBy) return;
  throw new SluiceError(
    "forbidden",
    `You look at Sluice as ${ctx.user.name}, and nothing can be changed so. Stop viewing as them first.`,
  );
}

/** @throws SluiceError forbidden, saying which role or scope is missing. */
export function allow(ctx: Context, action: Action): void {
  if (!looking.has(action)) refuseWhileViewing(ctx);
  const rule = actions[action];
  if (rank[ctx.user.role] < rank[rule.role]) {
    throw new SluiceError(
      "forbidden",
      `This needs the role ${rule.role}; you are ${ctx.user.role}. Ask an admin to change your role.`,
    );
  }
  if (!hasScope(ctx, rule.scope)) {
    throw new SluiceError("forbidden", `This token lacks the scope ${rule.scope}. Make a token that has it.`, {
      scope: rule.scope,
    });
  }
}

function hasScope(ctx: Context, scope: Scope): boolean {
  return ctx.scopes === null || ctx.scopes.includes("*") || ctx.scopes.includes(scope);
}
