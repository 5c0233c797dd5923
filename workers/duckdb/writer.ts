import type { WriteAnswer, WriteRequest } from "@/lib/results/requests";
import { storeSql } from "./csv";
import { openDuckDb, serve } from "./serve";

const connection = openDuckDb();

serve<WriteRequest & { id: number }>(async (request): Promise<WriteAnswer> => {
  const answer = await (await connection).run(storeSql(request));
  return { rows: answer.rowsChanged };
});
