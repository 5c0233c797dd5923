import { z } from "zod";
import {
  auditView,
  createTokenSchema,
  listedToken,
  rotateTokenSchema,
  sessionView,
  tokensQuery,
  tokenView,
  updateTokenSchema,
  viewAsSchema,
  viewAsView,
} from "@/lib/access/schema";
import { draftSchema, draftView, tabParams } from "@/lib/drafts/schema";
import { createTeamSchema, teamView, updateTeamSchema } from "@/lib/teams/schema";
import {
  createServiceAccountSchema,
  createUserSchema,
  serviceAccountView,
  updateSelfSchema,
  updateUserSchema,
  userView,
} from "@/lib/users/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, none, page } from "./fields";

const user = { 200: { description: "The person", schema: userView } };
const memberParams = idParams.extend({ person: idParams.shape.id });
const draft = { 200: { description: "The draft", schema: draftView } };
const instant = z.iso.datetime({ offset: true }).optional();

export const tokens = {
  list: operation({
    method: "GET",
    path: "/tokens",
    summary: "Your tokens; with `all=1` everybody's, for admins. `q` is a part of a name, a scope or an owner",
    action: "token.own",
    query: tokensQuery,
    answers: { 200: { description: "Without their values, newest first", schema: listOf(listedToken) } },
  }),
  create: operation({
    method: "POST",
    path: "/tokens",
    summary: "Make a token; its value is in this answer only",
    action: "token.own",
    body: createTokenSchema,
    once: "value",
    answers: { 201: { description: "Made", schema: tokenView.extend({ value: z.string() }) } },
  }),
  rotate: operation({
    method: "POST",
    path: "/tokens/{id}/rotate",
    summary: "A new value for a token; the old one works on for a while",
    action: "token.own",
    params: idParams,
    body: rotateTokenSchema,
    once: "value",
    answers: { 201: { description: "The new one", schema: tokenView.extend({ value: z.string() }) } },
  }),
  update: operation({
    method: "PATCH",
    path: "/tokens/{id}",
    summary:
      "Another lane or budget; what waits of it goes further back with it, and forward only what it asks for from then on",
    action: "token.own",
    params: idParams,
    body: updateTokenSchema,
    answers: { 200: { description: "As it is now", schema: tokenView } },
  }),
  revoke: operation({
    method: "DELETE",
    path: "/tokens/{id}",
    summary: "Revoke a token; what it asked for and has not ended is stopped",
    action: "token.own",
    params: idParams,
    answers: ended,
  }),
};

export const views = {
  begin: operation({
    method: "POST",
    path: "/view-as",
    summary: "Look at Sluice as somebody else, in this browser, for an hour at most; nothing can be changed so",
    action: "person.view",
    body: viewAsSchema,
    answers: { 201: { description: "It begins with the next page", schema: viewAsView } },
  }),
  end: operation({
    method: "DELETE",
    path: "/view-as",
    summary: "Be oneself again",
    action: "view.end",
    whileViewing: true,
    answers: ended,
  }),
};

export const sessions = {
  list: operation({
    method: "GET",
    path: "/sessions",
    summary: "Where you are signed in",
    action: "session.own",
    query: none,
    answers: { 200: { description: "Sessions", schema: listOf(sessionView) } },
  }),
  endAll: operation({
    method: "DELETE",
    path: "/sessions",
    summary: "Sign out everywhere; an admin may name a person",
    action: "session.own",
    query: z.strictObject({ user: z.string().min(1).max(100).optional() }),
    answers: { 200: { description: "How many ended", schema: z.object({ ended: z.number() }) } },
  }),
  end: operation({
    method: "DELETE",
    path: "/sessions/{id}",
    summary: "End a session",
    action: "session.own",
    params: idParams,
    answers: ended,
  }),
};

export const users = {
  self: operation({
    method: "GET",
    path: "/me",
    summary: "Who you are",
    action: "self.read",
    query: none,
    answers: user,
  }),
  updateSelf: operation({
    method: "PATCH",
    path: "/me",
    summary: "Change your name, time zone or password; a new password ends your other sessions",
    action: "self.write",
    body: updateSelfSchema,
    answers: user,
  }),
  list: operation({
    method: "GET",
    path: "/users",
    summary: "People and service accounts, newest first; `q` is a part of the name or address",
    action: "person.manage",
    query: z.strictObject({ q: z.string().max(200).optional(), ...page }),
    answers: { 200: { description: "One page", schema: listOf(userView) } },
  }),
  create: operation({
    method: "POST",
    path: "/users",
    summary: "Add a person",
    action: "person.manage",
    body: createUserSchema,
    answers: { 201: { description: "Added", schema: userView } },
  }),
  read: operation({
    method: "GET",
    path: "/users/{id}",
    summary: "One person",
    action: "person.manage",
    params: idParams,
    answers: user,
  }),
  update: operation({
    method: "PATCH",
    path: "/users/{id}",
    summary: "Change role, name or password, disable or enable",
    action: "person.manage",
    params: idParams,
    body: updateUserSchema,
    answers: user,
  }),
  signInLink: operation({
    method: "POST",
    path: "/users/{id}/sign-in-link",
    summary: "A one-time link for somebody who cannot sign in",
    action: "person.manage",
    params: idParams,
    body: none,
    once: "url",
    answers: {
      201: { description: "Works once, for a day", schema: z.object({ url: z.string(), expiresAt: z.string() }) },
    },
  }),
};

export const serviceAccounts = {
  list: operation({
    method: "GET",
    path: "/service-accounts",
    summary: "Service accounts of your teams with their tokens; an admin sees all",
    action: "service.use",
    query: none,
    answers: { 200: { description: "By name", schema: listOf(serviceAccountView) } },
  }),
  create: operation({
    method: "POST",
    path: "/service-accounts",
    summary: "An account of a team that no person is; end it as a person's, by PATCH /users/{id}",
    action: "person.manage",
    body: createServiceAccountSchema,
    answers: { 201: { description: "Made", schema: z.object({ id: z.string(), name: z.string() }) } },
  }),
  createToken: operation({
    method: "POST",
    path: "/service-accounts/{id}/tokens",
    summary: "Make a token that speaks for it; its value is in this answer only",
    action: "service.use",
    params: idParams,
    body: createTokenSchema,
    once: "value",
    answers: { 201: { description: "Made", schema: tokenView.extend({ value: z.string() }) } },
  }),
};

export const teams = {
  list: operation({
    method: "GET",
    path: "/teams",
    summary: "Teams and who is in them",
    action: "team.manage",
    query: none,
    answers: { 200: { description: "All teams", schema: listOf(teamView) } },
  }),
  create: operation({
    method: "POST",
    path: "/teams",
    summary: "Make a team",
    action: "team.manage",
    body: createTeamSchema,
    answers: { 201: { description: "Made", schema: z.object({ id: z.string(), name: z.string() }) } },
  }),
  update: operation({
    method: "PATCH",
    path: "/teams/{id}",
    summary: "Rename a team or set who is in it",
    action: "team.manage",
    params: idParams,
    body: updateTeamSchema,
    answers: ended,
  }),
  addMember: operation({
    method: "PUT",
    path: "/teams/{id}/members/{person}",
    summary: "Put one person into a team; the others stay as they are",
    action: "team.manage",
    params: memberParams,
    answers: ended,
  }),
  removeMember: operation({
    method: "DELETE",
    path: "/teams/{id}/members/{person}",
    summary: "Take one person out of a team; the others stay as they are",
    action: "team.manage",
    params: memberParams,
    answers: ended,
  }),
  remove: operation({
    method: "DELETE",
    path: "/teams/{id}",
    summary: "Delete a team and its grants",
    action: "team.manage",
    params: idParams,
    answers: ended,
  }),
};

export const drafts = {
  list: operation({
    method: "GET",
    path: "/drafts",
    summary: "Your unsaved texts",
    action: "draft.own",
    query: none,
    answers: { 200: { description: "Drafts", schema: listOf(draftView) } },
  }),
  read: operation({
    method: "GET",
    path: "/drafts/{tab}",
    summary: "One draft",
    action: "draft.own",
    params: tabParams,
    answers: draft,
  }),
  save: operation({
    method: "PUT",
    path: "/drafts/{tab}",
    summary: "Keep a tab's text",
    action: "draft.own",
    params: tabParams,
    body: draftSchema,
    answers: draft,
  }),
  remove: operation({
    method: "DELETE",
    path: "/drafts/{tab}",
    summary: "Forget a tab's text",
    action: "draft.own",
    params: tabParams,
    answers: ended,
  }),
};

const auditFilter = {
  /** Words of what was given, or of what it is about is called. */
  q: z.string().min(1).max(200).optional(),
  user: z.string().min(1).max(100).optional(),
  action: z.string().min(1).max(100).optional(),
  object: z.string().min(1).max(200).optional(),
  address: z.string().min(1).max(64).optional(),
  from: instant,
  to: instant,
};

export const auditLog = {
  list: operation({
    method: "GET",
    path: "/audit",
    summary: "Who did what, newest first",
    action: "audit.read",
    query: z.strictObject({ ...auditFilter, ...page }),
    answers: { 200: { description: "One page", schema: listOf(auditView) } },
  }),
  export: operation({
    method: "GET",
    path: "/audit/export",
    summary: "All that fits, newest first, as a file; the export is itself an entry",
    action: "audit.read",
    query: z.strictObject({ format: z.enum(["csv", "ndjson"]).default("csv"), ...auditFilter }),
    answers: { 200: { description: "A stream", media: "text/csv" } },
  }),
};
