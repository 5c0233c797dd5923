import { saveTableSchema, scratchView, startedSave } from "@/lib/runs/schema";
import { operation } from "../operation";
import { idParams, none } from "./fields";

/** A query's rows as a table of a warehouse. */
export const savedTables = {
  scratch: operation({
    method: "GET",
    path: "/scratch",
    summary: "Schemas in which you may save tables, and who gives a team one",
    action: "pipeline.run",
    query: none,
    answers: { 200: { description: "Yours; of an admin those of all teams", schema: scratchView } },
  }),
  save: operation({
    method: "POST",
    path: "/executions/{id}/table",
    summary:
      "Save its rows as a table of a team's scratch schema: its SQL runs once more, without a row limit; 409 where the name is taken and `replace` is not said",
    action: "pipeline.run",
    params: idParams,
    body: saveTableSchema,
    answers: { 202: { description: "The run that does it, and the table", schema: startedSave } },
  }),
};
