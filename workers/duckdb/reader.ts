import type { ReadRequest } from "@/lib/results/requests";
import { readChart } from "./chart";
import { storeSql } from "./csv";
import { findKey, readDiff } from "./diff";
import { readDigest } from "./digest";
import { writeExport } from "./export";
import { copyRows, readPage } from "./page";
import { readProfile } from "./profile";
import { openDuckDb, serve } from "./serve";

const connection = openDuckDb();

serve<ReadRequest & { id: number }>(async (request) => {
  const duck = await connection;
  if (request.kind === "page") return readPage(duck, request);
  if (request.kind === "copy") return copyRows(duck, request);
  if (request.kind === "export") return writeExport(duck, request);
  if (request.kind === "diff-key") return findKey(duck, request);
  if (request.kind === "diff") return readDiff(duck, request);
  if (request.kind === "profile") return readProfile(duck, request);
  if (request.kind === "digest") return readDigest(duck, request);
  if (request.kind === "chart") return readChart(duck, request);
  return { rows: (await duck.run(storeSql(request))).rowsChanged };
});
