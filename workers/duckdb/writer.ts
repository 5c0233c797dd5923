import type { WriteAnswer, WriteRequest } from "@/lib/results/requests";
import { storeSql } from "./csv";
import { openDuckDb, serve } from "./serve";

// Four columns need some 100 MB; PostgreSQL's widest rows, 1,600 columns, need this much.
const connection = openDuckDb({ threads: 1, memory: "600MB" });

serve<WriteRequest & { id: number }>(async (request): Promise<WriteAnswer> => {
  const answer = await (await connection).run(storeSql(request));
  return { rows: answer.rowsChanged };
});
