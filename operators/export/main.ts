import { exportRows } from "../files/export";
import { runStage } from "../sql/context";

await runStage(exportRows);
