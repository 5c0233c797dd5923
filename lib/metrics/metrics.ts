import { collectDefaultMetrics, Registry } from "prom-client";
import { diskGauges } from "./disks";
import { endedStages, endedStatements } from "./ended";
import { gateGauges } from "./gate";

/** How the text is to be read: Prometheus' exposition format. */
export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

interface Collected {
  registry: Registry;
  look: () => Promise<void>;
}

let collected: Collected | undefined;

function collect(): Collected {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const looks = [gateGauges(registry), endedStatements(registry), endedStages(registry), diskGauges(registry)];
  // One after the other's scrape: what has ended is counted once.
  let before = Promise.resolve();
  const look = () => {
    before = before.catch(() => undefined).then(async () => void (await Promise.all(looks.map((one) => one()))));
    return before;
  };
  return { registry, look };
}

/** Everything that Prometheus asks for, of the whole installation, and of this process its memory and time. */
export async function metricsText(): Promise<string> {
  collected ??= collect();
  await collected.look();
  return collected.registry.metrics();
}
