import type { Command } from "./command";
import { adminCommands } from "./commands/admin";
import { executionCommands } from "./commands/executions";
import { gateCommands } from "./commands/gate";
import { login, logout } from "./commands/login";
import { query } from "./commands/query";
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
  ...tokenCommands,
  usage,
  ...adminCommands,
];
