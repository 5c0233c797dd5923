import { z } from "zod";
import {
  previewSchema,
  previewView,
  saveTriggerSchema,
  slotView,
  triggerView,
  updateTriggerSchema,
} from "@/lib/triggers/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, page } from "./fields";

const trigger = { 200: { description: "The schedule", schema: triggerView } };

export const triggers = {
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
    summary: "Have it run by itself, by a cron line or once at a moment, in the lane scheduled and as you",
    action: "trigger.write",
    params: idParams,
    body: saveTriggerSchema,
    answers: { 201: { description: "Made", schema: triggerView } },
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
    summary: "Change, pause or resume it; what is left out stays",
    action: "trigger.write",
    params: idParams,
    body: updateTriggerSchema,
    answers: trigger,
  }),
  remove: operation({
    method: "DELETE",
    path: "/triggers/{id}",
    summary: "Remove it; what it ran stays",
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
