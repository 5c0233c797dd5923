import { openEngine } from "./container-engine";
import { buildOperators } from "./operator-images";

/** Has the tests' engine keep the operators' images, beside tests that need none: what they fetch takes most of the time. */

const engine = await openEngine();
if (engine === null) process.exit(0);
if (engine.address) process.env.DOCKER_HOST = engine.address;
try {
  buildOperators(["sql", "python", "r"]);
} finally {
  await engine.stop();
}
