// `npm start` on an empty installation: the browser tests begin from nothing, whatever the run before them left.
import { existsSync, rmSync } from "node:fs";
import process from "node:process";
import { claimHome } from "../scripts/claim-home.mjs";
import { clearLeftOver } from "../scripts/left-over.mjs";
import { serverPlace } from "../scripts/server-place.mjs";
import { fail } from "../scripts/steps.mjs";

const home = process.env.SLUICE_HOME;
try {
  if (!home) throw new Error("SLUICE_HOME names the folder that is emptied.");
  // Another run in this clone keeps what is its own.
  await claimHome(home);
  const { data } = await serverPlace(home);
  if (existsSync(data)) await clearLeftOver(data);
  for (const folder of [data, home]) rmSync(folder, { recursive: true, force: true });
  await import("../scripts/start.mjs");
} catch (error) {
  fail(error);
}
