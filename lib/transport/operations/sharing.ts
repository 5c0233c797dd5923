import { commentSchema, commentView, writtenCommentView } from "@/lib/comments/schema";
import { inboxView, markReadSchema } from "@/lib/inbox/schema";
import { answerSchema, askSchema, requestView } from "@/lib/requests/schema";
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

const request = { 200: { description: "The request", schema: requestView } };

export const requests = {
  list: operation({
    method: "GET",
    path: "/access-requests",
    summary: "Requests that wait for your answer, and your own",
    action: "request.read",
    query: none,
    answers: { 200: { description: "Newest first", schema: listOf(requestView) } },
  }),
  create: operation({
    method: "POST",
    path: "/access-requests",
    summary: "Ask whoever answers for something to share it with you",
    action: "request.write",
    body: askSchema,
    answers: { 201: { description: "They are told; asked twice, the first stays", schema: requestView } },
  }),
  read: operation({
    method: "GET",
    path: "/access-requests/{id}",
    summary: "One request: yours, or yours to answer",
    action: "request.read",
    params: idParams,
    answers: request,
  }),
  answer: operation({
    method: "POST",
    path: "/access-requests/{id}/answer",
    summary: "Share it with the one who asks, or decline",
    action: "request.write",
    params: idParams,
    body: answerSchema,
    answers: request,
  }),
};

export const comments = {
  list: operation({
    method: "GET",
    path: "/executions/{id}/comments",
    summary: "Comments on an execution, oldest first",
    action: "comment.read",
    params: idParams,
    query: none,
    answers: { 200: { description: "All of them", schema: listOf(commentView) } },
  }),
  add: operation({
    method: "POST",
    path: "/executions/{id}/comments",
    summary: "Comment on it; `<@id>` of a person mentions them",
    action: "comment.write",
    params: idParams,
    body: commentSchema,
    answers: { 201: { description: "Written", schema: writtenCommentView } },
  }),
  edit: operation({
    method: "PATCH",
    path: "/comments/{id}",
    summary: "Change a comment of yours",
    action: "comment.write",
    params: idParams,
    body: commentSchema,
    answers: { 200: { description: "Changed", schema: writtenCommentView } },
  }),
  remove: operation({
    method: "DELETE",
    path: "/comments/{id}",
    summary: "Remove a comment of yours; an admin anybody's",
    action: "comment.write",
    params: idParams,
    answers: ended,
  }),
};

export const inbox = {
  read: operation({
    method: "GET",
    path: "/inbox",
    summary: "What waits for you: requests, mentions, answers, and your failures that you have not seen",
    action: "inbox.own",
    query: none,
    answers: { 200: { description: "Unread first", schema: inboxView } },
  }),
  mark: operation({
    method: "PUT",
    path: "/inbox/read",
    summary: "Mark as read, or as unread: these, or everything",
    action: "inbox.own",
    body: markReadSchema,
    answers: ended,
  }),
};
