import type { BrowserContext, Page } from "@playwright/test";
import { openBrowser, signIn } from "./browser";
import type { Line } from "./line";
import { spread } from "./stats";

/** Gzipped JavaScript that a browser without a cache loads for a page, kB. */
async function weight(context: BrowserContext, address: string): Promise<number> {
  const tab = await context.newPage();
  const session = await context.newCDPSession(tab);
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await tab.goto(address, { waitUntil: "networkidle" });
  const bytes = await tab.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  );
  await tab.close();
  return bytes / 1_000;
}

/** From the navigation to the frame in which the chart's first line stands, by the page's own clock, ms. */
async function painted(tab: Page, address: string): Promise<number> {
  await tab.goto(address, { waitUntil: "commit" });
  return tab.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelector(".recharts-line path")) requestAnimationFrame(() => resolve(performance.now()));
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** A saved query of the demo, whose stored answer is shown as a chart. */
export const open: Line = {
  name: "open",
  async measure({ product, sluice, quick }) {
    const browser = await openBrowser();
    if (!browser) {
      console.error("open: no Chromium here (apt-get install chromium, or npx playwright install chromium); skipped");
      return [];
    }
    try {
      const { body } = await sluice.json<{ items: { id: string }[] }>("GET", "/api/v1/queries?q=Active%20learners");
      const address = `${product.url}/queries/${body.items[0]?.id}`;
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const tab = await context.newPage();
      await signIn(tab, product.url, product.email, product.password);
      for (let i = 0; i < 3; i++) await painted(tab, address);
      const samples: number[] = [];
      for (let i = 0; i < (quick ? 3 : 20); i++) samples.push(await painted(tab, address));
      const { p50, p95 } = spread(samples);
      const table = await weight(context, `${address}?tab=table`);
      const chart = await weight(context, address);
      return [
        {
          what: "a saved query's page: navigation to painted chart",
          unit: "ms",
          ours: p50,
          ours95: p95,
          target: "p50 <= 400",
          met: p50 <= 400,
        },
        {
          what: "JavaScript of a saved query's page as a table",
          unit: "kB",
          ours: table,
          target: "<= 300",
          met: table <= 300,
        },
        {
          what: "JavaScript of the same as a chart",
          unit: "kB",
          ours: chart,
          target: "<= 300",
          met: chart <= 300,
        },
      ];
    } finally {
      await browser.close();
    }
  },
};
