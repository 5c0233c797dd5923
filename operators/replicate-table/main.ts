import { runStage } from "../sql/context";
import { replicate } from "../sql/replicate";

await runStage(replicate);
