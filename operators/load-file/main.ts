import { loadFile } from "../files/load-file";
import { runStage } from "../sql/context";

await runStage(loadFile);
