import type { ReadRequest } from "@/lib/results/requests";
import { storeSql } from "./csv";
import { writeExport } from "./export";
import { readPage } from "./page";
import { openDuckDb, serve } from "./serve";

const connection = openDuckDb({ threads: 2, memory: "400MB" });

serve<ReadRequest & { id: number }>(async (request) => {
  const duck = await connection;
  if (request.kind === "page") return readPage(duck, request);
  if (request.kind === "export") return writeExport(duck, request);
  return { rows: (await duck.run(storeSql(request))).rowsChanged };
});
