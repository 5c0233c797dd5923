import path from "node:path";
import type { TestProject } from "vitest/node";
import { offerPythonServers } from "../../lib/testing/python-servers";
import { buildPages, buildPrograms, generateClient } from "../../scripts/build.mjs";

/** A start builds what is not fresh; these tests time out on other things. */
export default async function build(project: TestProject): Promise<() => Promise<void>> {
  const stopPython = offerPythonServers(project, path.resolve(".sluice-test"));
  await generateClient();
  await buildPrograms();
  await buildPages();
  return stopPython;
}
