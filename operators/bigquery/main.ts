import { runBigQuery } from "../sql/bigquery/run";
import { runStage } from "../sql/context";

await runStage(runBigQuery);
