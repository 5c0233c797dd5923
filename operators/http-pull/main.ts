import { pull } from "../files/http-pull";
import { runStage } from "../sql/context";

await runStage(pull);
