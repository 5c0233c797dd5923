import { runStage } from "../sql/context";
import { transform } from "../sql/transform";

await runStage(transform);
