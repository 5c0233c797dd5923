import type { Page } from "@playwright/test";
import { openBrowser, signIn } from "./browser";
import type { Line, Measured, Sitting } from "./line";
import { msOf, publish } from "./stages";
import { percentile, spread } from "./stats";

const many = 1_000_000;

/** Lines that say when they were printed, ten a second. */
const ticking = (count: number) =>
  `import time\nfor n in range(${count}):\n    print("printed at", round(time.time() * 1000))\n    time.sleep(0.1)`;

/** Looks at each frame which lines have come: milliseconds since they were printed, by the one clock of this machine. */
async function seenAfter(page: Page, count: number): Promise<number[]> {
  return page.evaluate(
    (wanted) =>
      new Promise<number[]>((resolve) => {
        const seen = new Map<string, number>();
        const look = () => {
          for (const line of document.querySelectorAll('[role="log"] [data-index]')) {
            const at = /printed at (\d+)/.exec(line.textContent ?? "")?.[1];
            if (at && !seen.has(at)) seen.set(at, Date.now() - Number(at));
          }
          if (seen.size < wanted) requestAnimationFrame(look);
          else resolve([...seen.values()]);
        };
        look();
      }),
    count,
  );
}

async function inBrowser({ sluice, product, quick }: Sitting): Promise<Measured[]> {
  const browser = await openBrowser();
  if (!browser) {
    console.error("log: no Chromium here (apt-get install chromium, or npx playwright install chromium); skipped");
    return [];
  }
  try {
    const count = quick ? 30 : 200;
    await publish(sluice, "bench_log", [{ operator: "python@1", params: { code: ticking(count) } }], false);
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await signIn(tab, product.url, product.email, product.password);
    const { body } = await sluice.json<{ id: string }>("POST", "/api/v1/pipelines/bench_log/runs", {});
    await tab.goto(`${product.url}/runs/${body.id}?tab=log`);
    await tab.getByRole("log").waitFor();
    // What was printed before the page stood there it cannot have seen in time.
    const samples = (await seenAfter(tab, count)).slice(-count * 0.8);
    const { p50, p95 } = spread(samples);
    return [
      {
        ...{ what: "a line of a log, printed to seen in the browser", unit: "ms", ours: p50, ours95: p95 },
        ...{ target: "p95 <= 1,000", met: p95 <= 1_000 },
      },
    ];
  } finally {
    await browser.close();
  }
}

/** From the request for the run until each line has been read by REST, in order and once; it is read while it is written. */
async function longLog({ sluice, quick }: Sitting): Promise<Measured[]> {
  const count = quick ? 50_000 : many;
  const code = `for n in range(${count}):\n    print("line", n)`;
  await publish(sluice, "bench_long_log", [{ operator: "python@1", params: { code } }], false);
  const [took, kept]: [number[], number[]] = [[], []];
  for (let n = 0; n < (quick ? 1 : 3); n++) {
    const from = performance.now();
    const { body } = await sluice.json<{ id: string }>("POST", "/api/v1/pipelines/bench_long_log/runs", {});
    const { body: text } = await sluice.bytes(`/api/v1/runs/${body.id}/logs?follow=true`);
    took.push(performance.now() - from);
    const lines = text.toString().trimEnd().split("\n");
    const lost = lines.findIndex((line, at) => !line.includes(`"line ${at}"`));
    if (lines.length !== count || lost >= 0) throw new Error(`${lines.length} of ${count} lines; wrong at ${lost}`);
    kept.push(msOf((await sluice.json<Parameters<typeof msOf>[0]>("GET", `/api/v1/runs/${body.id}?wait=60`)).body));
  }
  const what = `${count.toLocaleString("en")} lines of a log`;
  const [read, run] = [percentile(took, 50), percentile(kept, 50)];
  return [
    { what: `${what}, all kept`, unit: "ms", ours: run, target: "<= 20,000", met: run <= 20_000 },
    { what: `${what}, all read`, unit: "ms", ours: read, target: "<= 20,000, none lost", met: read <= 20_000 },
  ];
}

/** What a stage prints on its way to those who look. */
export const logLines: Line = {
  name: "log",
  measure: async (sitting) => [...(await inBrowser(sitting)), ...(await longLog(sitting))],
};
