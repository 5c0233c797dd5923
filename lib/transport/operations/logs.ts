import { lineOfAll, linesPage, linesQuery, linesStreamQuery } from "@/lib/runs/schema";
import { operation } from "../operation";

export const logs = {
  list: operation({
    method: "GET",
    path: "/logs",
    summary:
      "Lines that the stages of all runs you see printed, newest first; a look that takes long says how far it got",
    action: "pipeline.read",
    query: linesQuery,
    answers: { 200: { description: "One page", schema: linesPage } },
  }),
  lines: operation({
    method: "GET",
    path: "/logs/lines",
    summary:
      "The same in the order in which they were kept, all of them, a line of JSON each; with `follow` as they come",
    action: "pipeline.read",
    query: linesStreamQuery,
    answers: { 200: { description: "Lines", schema: lineOfAll, media: "application/x-ndjson" } },
  }),
};
