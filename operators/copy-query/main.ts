import { runStage } from "../sql/context";
import { copyQuery } from "../sql/copy-query";

await runStage(copyQuery);
