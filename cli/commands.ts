import type { Command } from "./command";
import { adminCommands } from "./commands/admin";
import { executionCommands } from "./commands/executions";
import { sessionCommands } from "./commands/foreign-sessions";
import { gateCommands } from "./commands/gate";
import { limitCommands } from "./commands/limits";
import { login, logout } from "./commands/login";
import { operatorFolderCommands } from "./commands/operator-folders";
import { operatorCommands } from "./commands/operators";
import { pauseCommands } from "./commands/pauses";
import { pipelineCommands } from "./commands/pipelines";
import { query } from "./commands/query";
import { runCommands } from "./commands/runs";
import { secretCommands } from "./commands/secrets";
import { serviceAccountCommands } from "./commands/service-accounts";
import { tokenCommands } from "./commands/tokens";
import { usage } from "./commands/usage";
import { warehouseCommands } from "./commands/warehouses";

/** Everything that `sluice` does, in the order of its help. */
export const commands: Command[] = [
  login,
  logout,
  query,
  ...executionCommands,
  ...operatorCommands,
  ...operatorFolderCommands,
  ...pipelineCommands,
  ...runCommands,
  ...secretCommands,
  ...warehouseCommands,
  ...gateCommands,
  ...pauseCommands,
  ...limitCommands,
  ...sessionCommands,
  ...tokenCommands,
  ...serviceAccountCommands,
  usage,
  ...adminCommands,
];
