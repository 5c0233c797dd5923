import { buildPages, buildPrograms, generateClient } from "../../scripts/build.mjs";

/** A start builds what is not fresh; these tests time out on other things. */
export default async function build(): Promise<void> {
  await generateClient();
  await buildPrograms();
  await buildPages();
}
