import {
  createShareSchema,
  madeShareView,
  peopleQuery,
  sharedWithMeView,
  sharesQuery,
  shareView,
  whoView,
} from "@/lib/shares/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, none } from "./fields";

export const shares = {
  list: operation({
    method: "GET",
    path: "/shares",
    summary: "With whom something is shared: all of it for whoever answers for it, else your own shares",
    action: "share.read",
    query: sharesQuery,
    answers: { 200: { description: "Those that are neither revoked nor over", schema: listOf(shareView) } },
  }),
  create: operation({
    method: "POST",
    path: "/shares",
    summary: "Share with a person, a team, the company or by link; it stands on your own access at each opening",
    action: "share.write",
    body: createShareSchema,
    once: "url",
    answers: { 201: { description: "Shared; a link's url is in this answer only", schema: madeShareView } },
  }),
  revoke: operation({
    method: "DELETE",
    path: "/shares/{id}",
    summary: "Take a share back, for everybody at once",
    action: "share.write",
    params: idParams,
    answers: ended,
  }),
  received: operation({
    method: "GET",
    path: "/shared-with-me",
    summary: "What others share with you, newest first",
    action: "share.read",
    query: none,
    answers: { 200: { description: "What is open now", schema: listOf(sharedWithMeView) } },
  }),
};

export const people = {
  find: operation({
    method: "GET",
    path: "/people",
    summary: "People and teams by a part of their name, to share with or to mention",
    action: "person.find",
    query: peopleQuery,
    answers: { 200: { description: "The best", schema: listOf(whoView) } },
  }),
};
