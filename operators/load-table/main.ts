import { runStage } from "../sql/context";
import { load } from "../sql/load";

await runStage(load);
