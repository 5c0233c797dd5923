import type { Command } from "./command";
import { adminCommands } from "./commands/admin";
import { auditCommands } from "./commands/audit";
import { disksCommand } from "./commands/disks";
import { erasureCommands } from "./commands/erasures";
import { estimate } from "./commands/estimate";
import { executionCommands } from "./commands/executions";
import { sessionCommands } from "./commands/foreign-sessions";
import { gateCommands } from "./commands/gate";
import { gateLoadCommands } from "./commands/gate-load";
import { gateWorkCommands } from "./commands/gate-work";
import { heatCommand } from "./commands/heat";
import { limitCommands } from "./commands/limits";
import { login, logout } from "./commands/login";
import { operatorFolderCommands } from "./commands/operator-folders";
import { operatorCommands } from "./commands/operators";
import { pauseCommands } from "./commands/pauses";
import { pipelineCommands } from "./commands/pipelines";
import { query } from "./commands/query";
import { rightCommands } from "./commands/rights";
import { runCommands } from "./commands/runs";
import { scheduleCommands } from "./commands/schedules";
import { secretCommands } from "./commands/secrets";
import { serviceAccountCommands } from "./commands/service-accounts";
import { ownSessionCommands } from "./commands/sessions";
import { teamCommands } from "./commands/teams";
import { tokenCommands } from "./commands/tokens";
import { usageCommands } from "./commands/usage";
import { userCommands } from "./commands/users";
import { warehouseReaderCommands } from "./commands/warehouse-readers";
import { warehouseSettingCommands } from "./commands/warehouse-settings";
import { warehouseCommands } from "./commands/warehouses";
import { writeSchemaCommands } from "./commands/write-schemas";

/** Everything that `sluice` does, in the order of its help. */
export const commands: Command[] = [
  login,
  logout,
  query,
  estimate,
  ...executionCommands,
  ...operatorCommands,
  ...operatorFolderCommands,
  ...pipelineCommands,
  ...runCommands,
  ...scheduleCommands,
  ...secretCommands,
  ...warehouseCommands,
  ...warehouseSettingCommands,
  ...warehouseReaderCommands,
  ...writeSchemaCommands,
  ...gateCommands,
  ...pauseCommands,
  ...limitCommands,
  ...gateLoadCommands,
  ...gateWorkCommands,
  heatCommand,
  ...sessionCommands,
  ...tokenCommands,
  ...ownSessionCommands,
  ...serviceAccountCommands,
  ...userCommands,
  ...teamCommands,
  ...rightCommands,
  ...erasureCommands,
  ...auditCommands,
  ...usageCommands,
  disksCommand,
  ...adminCommands,
];
