import type { Command } from "./command";
import { adminCommands } from "./commands/admin";
import { executionCommands } from "./commands/executions";
import { sessionCommands } from "./commands/foreign-sessions";
import { gateCommands } from "./commands/gate";
import { limitCommands } from "./commands/limits";
import { login, logout } from "./commands/login";
import { pauseCommands } from "./commands/pauses";
import { query } from "./commands/query";
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
