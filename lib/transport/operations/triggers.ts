import { z } from "zod";
import {
  previewSchema,
  previewView,
  saveTriggerSchema,
  slotView,
  triggersQuery,
  triggerView,
  updateTriggerSchema,
} from "@/lib/triggers/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, page } from "./fields";

const trigger = { 200: { description: "The schedule", schema: triggerView } };

export const triggers = {
  all: operation({
    method: "GET",
    path: "/triggers",
    summary: "Schedules of all queries and boards that you see by yourself, the newest first",
    action: "query.read",
    query: triggersQuery,
    answers: { 200: { description: "A page", schema: listOf(triggerView) } },
  }),
  ofBoard: operation({
    method: "GET",
    path: "/boards/{id}/triggers",
    summary: "When a board is refreshed by itself",
    action: "board.read",
    params: idParams,
    answers: { 200: { description: "All of them", schema: listOf(triggerView) } },
  }),
  createOnBoard: operation({
    method: "POST",
    path: "/boards/{id}/triggers",
    summary: "Have a board refreshed by itself, in the lane scheduled and as you; the answer alone has `webhookSecret`",
    action: "trigger.write",
    params: idParams,
    body: saveTriggerSchema,
    answers: { 201: { description: "Made", schema: triggerView } },
    once: "webhookSecret",
  }),
  list: operation({
    method: "GET",
    path: "/queries/{id}/triggers",
    summary: "When a saved query runs by itself",
    action: "query.read",
    params: idParams,
    answers: { 200: { description: "All of them", schema: listOf(triggerView) } },
  }),
  create: operation({
    method: "POST",
    path: "/queries/{id}/triggers",
    summary:
      "Have it run by itself, by a cron line or once at a moment, in the lane scheduled and as you; the answer alone has `webhookSecret`",
    action: "trigger.write",
    params: idParams,
    body: saveTriggerSchema,
    answers: { 201: { description: "Made", schema: triggerView } },
    once: "webhookSecret",
  }),
  read: operation({
    method: "GET",
    path: "/triggers/{id}",
    summary: "One schedule",
    action: "query.read",
    params: idParams,
    answers: trigger,
  }),
  update: operation({
    method: "PATCH",
    path: "/triggers/{id}",
    summary:
      "Change, pause or resume it; what is left out stays. A pipeline’s is paused and resumed, its document says the rest",
    action: "trigger.write",
    params: idParams,
    body: updateTriggerSchema,
    answers: trigger,
  }),
  remove: operation({
    method: "DELETE",
    path: "/triggers/{id}",
    summary: "Remove it, unless a pipeline’s document has it; what it ran stays",
    action: "trigger.write",
    params: idParams,
    answers: ended,
  }),
  slots: operation({
    method: "GET",
    path: "/triggers/{id}/slots",
    summary: "What became of each of its moments, newest first",
    action: "query.read",
    params: idParams,
    query: z.strictObject({ ...page, cursor: z.iso.datetime().optional() }),
    answers: { 200: { description: "A page", schema: listOf(slotView) } },
  }),
  preview: operation({
    method: "POST",
    path: "/triggers/preview",
    summary: "The next ten moments of a schedule that is not saved yet",
    action: "query.read",
    body: previewSchema,
    answers: { 200: { description: "Moments", schema: previewView } },
  }),
};
