import { z } from "zod";

export const gateView = z.object({
  slots: z.number().int(),
  /** 0 is no limit. */
  perUser: z.number().int(),
  /** Pieces of work that hold a slot now, and that wait for one. */
  running: z.number().int(),
  waiting: z.number().int(),
  paused: z.boolean(),
  reason: z.string().nullable(),
  /** Who paused it, and when. */
  pausedBy: z.string().nullable(),
  pausedAt: z.string().nullable(),
});
export type GateView = z.infer<typeof gateView>;

export const gatePatch = z.strictObject({
  slots: z.number().int().min(1).max(1000).optional(),
  perUser: z.number().int().min(0).max(1000).optional(),
  paused: z.boolean().optional(),
  reason: z.string().max(500).nullable().optional(),
});
export type GatePatch = z.infer<typeof gatePatch>;

const person = z.object({ id: z.string(), name: z.string() });

export const loadView = z.object({
  warehouse: z.object({ id: z.string(), name: z.string() }),
  gate: gateView,
  used: z.number().int(),
  running: z.array(
    z.object({
      executionId: z.string(),
      url: z.string(),
      user: person,
      sql: z.string(),
      lane: z.string(),
      state: z.enum(["admitted", "running", "stopping"]),
      since: z.string(),
      rows: z.number().nullable(),
      backendPid: z.number().nullable(),
    }),
  ),
  waiting: z.array(
    z.object({
      executionId: z.string(),
      url: z.string(),
      user: person,
      sql: z.string(),
      lane: z.string(),
      since: z.string(),
      position: z.number(),
      reason: z.string(),
    }),
  ),
  waitingTotal: z.number().int(),
  /** The warehouse's own view; null when it does not answer, with the reason. */
  warehouseLoad: z.object({ active: z.number(), waiting: z.number(), idleInTransaction: z.number() }).nullable(),
  problem: z.string().nullable(),
});
export type LoadView = z.infer<typeof loadView>;
