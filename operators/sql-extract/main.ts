import { runStage } from "../sql/context";
import { extract } from "../sql/extract";

await runStage(extract);
