import { runStage } from "../sql/context";
import { expectAll } from "../sql/expect";

await runStage(expectAll);
