import { tableUsageQuery, tableUsageView, usageQuery, usageView } from "@/lib/usage/schema";
import { operation } from "../operation";

export const usage = {
  read: operation({
    method: "GET",
    path: "/usage",
    summary: "Who uses what: people by week, teams, top, slow and stale queries, refreshes that nobody opened",
    action: "usage.read",
    query: usageQuery,
    answers: { 200: { description: "As of the last count", schema: usageView } },
  }),
  table: operation({
    method: "GET",
    path: "/usage/tables",
    summary: "Who may read a table, who ran something on it or opened an answer, and whom to ask about it",
    action: "usage.read",
    query: tableUsageQuery,
    answers: { 200: { description: "As of the last count", schema: tableUsageView } },
  }),
};
