import { z } from "zod";
import { diskView } from "@/lib/disks/schema";
import { operation } from "../operation";
import { listOf } from "./fields";

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
  disks: operation({
    method: "GET",
    path: "/disks",
    summary: "The disks that Sluice writes to, as they were last measured: what is free, and when they will be full",
    action: "load.read",
    answers: { 200: { description: "Those that fill up first", schema: listOf(diskView) } },
  }),
  openapi: operation({
    method: "GET",
    path: "/openapi.json",
    summary: "This document",
    action: null,
    answers: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({}) } },
  }),
};
