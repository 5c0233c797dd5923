import * as process from "@/lib/artifacts/table-process";
import { StageFailure } from "./stage-failure";

/** Rows and columns of a table in files. @throws StageFailure */
export const describeTable: typeof process.describeTable = (table, signal) =>
  process.describeTable(table, signal).catch(refused);

/** One file with the table in another format. @throws StageFailure */
export const convertTable: typeof process.convertTable = (table, signal) =>
  process.convertTable(table, signal).catch(refused);

function refused(error: unknown): never {
  if (error instanceof process.UnreadableTable)
    throw new StageFailure({ cause: "input", message: error.message }, "again");
  throw error;
}
