import { z } from "zod";
import { operation } from "../operation";

const state = z.object({ status: z.string(), checks: z.record(z.string(), z.string()).optional() });

export const system = {
  health: operation({
    method: "GET",
    path: "/health",
    summary: "Whether this process serves",
    action: null,
    answers: { 200: { description: "It does", schema: state } },
  }),
  ready: operation({
    method: "GET",
    path: "/ready",
    summary: "Whether database, queue and store can be reached",
    action: null,
    answers: { 200: { description: "All of them", schema: state }, 503: { description: "Not all", schema: state } },
  }),
  openapi: operation({
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    action: null,
    answers: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({}) } },
  }),
};
