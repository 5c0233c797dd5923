import { z } from "zod";
import { erasurePreview, erasurePreviewRequest, erasureRequest, erasureView } from "@/lib/erasures/schema";
import { operation } from "../operation";
import { listOf, page } from "./fields";

export const erasures = {
  list: operation({
    method: "GET",
    path: "/erasures",
    summary: "Stored results that were erased: who, when, of what, how many, why",
    action: "result.erase",
    query: z.strictObject(page),
    answers: { 200: { description: "Newest first", schema: listOf(erasureView) } },
  }),
  preview: operation({
    method: "POST",
    path: "/erasures/preview",
    summary: "What an erasure by table or by person would take",
    action: "result.erase",
    body: erasurePreviewRequest,
    answers: { 200: { description: "How much, of whom, how old", schema: erasurePreview } },
  }),
  erase: operation({
    method: "POST",
    path: "/erasures",
    summary: "Erase stored rows for good, no younger and no more than a preview showed; SQL and counts stay",
    action: "result.erase",
    body: erasureRequest,
    answers: { 201: { description: "The record; rows open for nobody any more", schema: erasureView } },
  }),
};
