import {
  limitPreview,
  limitPreviewRequest,
  limitRequest,
  limitsQuery,
  limitView,
  moveRequest,
  pauseRequest,
  pausesQuery,
  pauseView,
  stopAnswer,
  stopRequest,
} from "@/lib/gate/schema";
import { operation } from "../operation";
import { ended, idParams, listOf } from "./fields";

/** What holds work back before the warehouses, and what an admin does to work. A warehouse's own gate: warehouses.ts. */
export const gate = {
  pauses: operation({
    method: "GET",
    path: "/pauses",
    summary: "What is paused: of everything, lanes, teams, people or tokens",
    action: "load.read",
    query: pausesQuery,
    answers: {
      200: { description: "Newest first; those that have ended only if asked for", schema: listOf(pauseView) },
    },
  }),
  pause: operation({
    method: "POST",
    path: "/pauses",
    summary: "Hold work back, with a reason that the waiting people see and an end if there is one",
    action: "gate.write",
    body: pauseRequest,
    answers: { 201: { description: "It holds", schema: pauseView } },
  }),
  resume: operation({
    method: "DELETE",
    path: "/pauses/{id}",
    summary: "End a pause; what it held goes on at once",
    action: "gate.write",
    params: idParams,
    answers: ended,
  }),
  limits: operation({
    method: "GET",
    path: "/limits",
    summary: "Limits that are set: of the company, warehouses, teams, people and tokens",
    action: "load.read",
    query: limitsQuery,
    answers: { 200: { description: "All of them", schema: listOf(limitView) } },
  }),
  setLimit: operation({
    method: "PUT",
    path: "/limits",
    summary: "Set one limit, or take it away (value: null)",
    action: "gate.write",
    body: limitRequest,
    answers: { 200: { description: "The limits of that scope", schema: listOf(limitView) } },
  }),
  previewLimit: operation({
    method: "POST",
    path: "/limits/preview",
    summary: "What of the last 7 days a limit would have met",
    action: "load.read",
    body: limitPreviewRequest,
    answers: { 200: { description: "From the history of executions", schema: limitPreview } },
  }),
  stop: operation({
    method: "POST",
    path: "/warehouses/{id}/stop",
    summary: "Stop work in bulk, or one piece for all who wait for it, with a reason",
    action: "gate.write",
    params: idParams,
    body: stopRequest,
    answers: { 200: { description: "How many executions were stopped, or are being", schema: stopAnswer } },
  }),
  move: operation({
    method: "POST",
    path: "/executions/{id}/move",
    summary: "Put waiting work before all others, or behind",
    action: "gate.write",
    params: idParams,
    body: moveRequest,
    answers: ended,
  }),
};
