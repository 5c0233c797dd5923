import { z } from "zod";
import { renameSchema, uploadItem, uploadQuery, uploadView } from "@/lib/uploads/schema";
import { operation } from "../operation";
import { ended, idParams, listOf, page } from "./fields";

export const uploads = {
  list: operation({
    method: "GET",
    path: "/uploads",
    summary:
      'Your uploaded files, newest first: tables files."name" of the warehouse of results and files, and archives',
    action: "upload.own",
    /** `q`: words of its name, or of the file's own. */
    query: z.strictObject({ q: z.string().max(200).optional(), ...page }),
    answers: { 200: { description: "A page", schema: listOf(uploadItem) } },
  }),
  create: operation({
    method: "POST",
    path: "/uploads",
    summary:
      "Upload CSV, JSON, NDJSON, Parquet or XLSX, or an archive (zip, tar, tar.gz); what it is, its content says",
    action: "upload.own",
    query: uploadQuery,
    stream: "application/octet-stream",
    answers: { 201: { description: "It is kept; a table may be queried", schema: uploadView } },
  }),
  read: operation({
    method: "GET",
    path: "/uploads/{id}",
    summary: "A file's columns and first rows",
    action: "upload.own",
    params: idParams,
    answers: { 200: { description: "The file", schema: uploadView } },
  }),
  rename: operation({
    method: "PATCH",
    path: "/uploads/{id}",
    summary: "Give it another name",
    action: "upload.own",
    params: idParams,
    body: renameSchema,
    answers: { 200: { description: "The file", schema: uploadView } },
  }),
  remove: operation({
    method: "DELETE",
    path: "/uploads/{id}",
    summary: "Remove it; what was answered from it stays",
    action: "upload.own",
    params: idParams,
    answers: ended,
  }),
};
