import { z } from "zod";
import { storedFileView } from "@/lib/files/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, page } from "./fields";

export const files = {
  list: operation({
    method: "GET",
    path: "/files",
    summary: "Files that pipelines keep, by path: those of pipelines that you see, and those you were sent a link to",
    action: "pipeline.read",
    /** `q`: words of its path; `pipeline`: the name of what keeps it. */
    query: z.strictObject({ q: z.string().max(200).optional(), pipeline: z.string().max(100).optional(), ...page }),
    answers: { 200: { description: "A page", schema: listOf(storedFileView) } },
  }),
  read: operation({
    method: "GET",
    path: "/files/{id}",
    summary: "What it is, and what put it there",
    action: "pipeline.read",
    params: idParams,
    answers: { 200: { description: "The file", schema: storedFileView } },
  }),
  download: operation({
    method: "GET",
    path: "/files/{id}/download",
    summary: "The file itself",
    action: "pipeline.read",
    params: idParams,
    answers: { 200: { description: "As it was exported", media: "application/octet-stream" } },
  }),
  remove: operation({
    method: "DELETE",
    path: "/files/{id}",
    summary: "Remove it; the next run of its pipeline puts it there again",
    action: "pipeline.write",
    params: idParams,
    answers: ended,
  }),
};
