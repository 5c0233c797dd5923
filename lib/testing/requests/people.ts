import { newId } from "@/lib/platform/ids";
import type { SampleRequest, Targets } from "./sample";

/** Of who may do what, and of what was done. */
export function peopleRequests(target: Targets): Record<string, SampleRequest> {
  return {
    "tokens.list": { query: { all: "0", q: "ci", cursor: newId(), limit: "5" } },
    "tokens.create": {
      body: { name: "ci", scopes: ["executions:read"], expiresInDays: 5, lane: "scheduled", statementsPerHour: 50 },
    },
    "tokens.rotate": { params: { id: target.token }, body: { overlapHours: 1 } },
    "serviceAccounts.list": {},
    "serviceAccounts.create": { body: { name: "nightly", team: target.team, role: "viewer" } },
    "serviceAccounts.createToken": {
      params: { id: "none" },
      body: { name: "ci", scopes: ["executions:read"], expiresInDays: 5, lane: "scheduled", statementsPerHour: 50 },
    },
    "tokens.update": { params: { id: target.token }, body: { lane: "backfill", statementsPerHour: 40 } },
    "tokens.revoke": { params: { id: target.token } },
    "sessions.list": {},
    "sessions.endAll": { query: { user: target.user } },
    "sessions.end": { params: { id: target.session } },
    "views.begin": { body: { person: target.user } },
    "views.end": {},
    "users.self": {},
    "users.updateSelf": {
      body: {
        ...{ name: "Ana", timeZone: "UTC", password: "correct-horse-9", currentPassword: "correct-horse-9" },
        firstStepsHidden: false,
      },
    },
    "users.list": { query: { q: "ana", cursor: newId(), limit: "5" } },
    "users.create": {
      body: {
        email: `${newId()}@example.com`,
        name: "New",
        role: "viewer",
        password: "correct-horse-9",
        teams: [target.team],
      },
    },
    "users.read": { params: { id: target.user } },
    "users.update": {
      params: { id: target.user },
      body: { name: "Other", role: "viewer", disabled: false, password: "correct-horse-9", revokeTokens: false },
    },
    "users.signInLink": { params: { id: target.user }, body: {} },
    "teams.list": {},
    "teams.create": { body: { name: `t ${newId()}` } },
    "teams.update": { params: { id: target.team }, body: { name: `t ${newId()}`, members: [target.user] } },
    "teams.addMember": { params: { id: target.team, person: target.user } },
    "teams.removeMember": { params: { id: target.team, person: target.user } },
    "teams.remove": { params: { id: target.team } },
    "rights.list": {},
    "rights.allow": { body: { right: "link", scope: "person", id: target.user, allowed: true } },
    "erasures.list": { query: { cursor: newId(), limit: "5" } },
    "erasures.preview": { body: { warehouse: target.warehouse, table: "public.one", person: target.user } },
    "erasures.erase": {
      body: {
        ...{ warehouse: target.warehouse, table: "public.one", person: target.user },
        ...{ reason: "asked for", upTo: "2030-01-01T00:00:00Z", results: 5 },
      },
    },
    "audit.export": {
      query: {
        ...{ format: "ndjson", q: "token", user: target.user, action: "token", object: "token:1" },
        ...{ address: "127.0.0.1", from: "2026-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" },
      },
    },
    "audit.list": {
      query: {
        q: "token",
        address: "127.0.0.1",
        user: target.user,
        action: "token",
        object: "token:1",
        from: "2026-01-01T00:00:00Z",
        to: "2030-01-01T00:00:00Z",
        cursor: newId(),
        limit: "5",
      },
    },
    "usage.read": { query: { weeks: "4", days: "7", team: target.team } },
    "usage.table": { query: { warehouse: target.warehouse, table: "public.one", days: "7" } },
    "system.health": {},
    "system.ready": {},
    "system.disks": {},
    "system.openapi": {},
  };
}
