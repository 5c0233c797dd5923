import type { Page } from "@playwright/test";
import { openBrowser, signIn } from "./browser";
import type { Line } from "./line";
import { spread } from "./stats";

/** Milliseconds from the start of the navigation to the frame after the one with the chart. */
function painted(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no chart after 30 s at ${location.href}`)), 30_000);
        const look = () => {
          if (!document.querySelector("figure [data-series]")) return void requestAnimationFrame(look);
          clearTimeout(late);
          requestAnimationFrame(() => resolve(performance.now()));
        };
        look();
      }),
  );
}

const programKb = (page: Page) =>
  page.evaluate(() => {
    const all = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    return all.filter(({ name }) => name.endsWith(".js")).reduce((sum, one) => sum + one.encodedBodySize, 0) / 1_000;
  });

/** A saved query's page with its stored answer and its chart, as a link to it opens. */
export const open: Line = {
  name: "open",
  async measure({ product, sluice, quick }) {
    const browser = await openBrowser();
    if (!browser) {
      console.error("open: no Chromium here (apt-get install chromium, or npx playwright install chromium); skipped");
      return [];
    }
    try {
      const found = await sluice.json<{ items: { id: string }[] }>("GET", "/api/v1/queries?q=Active%20learners");
      const address = `${product.url}/queries/${found.body.items[0]?.id}`;
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await signIn(page, product.url, product.email, product.password);
      const samples: number[] = [];
      for (let i = 0; i < (quick ? 5 : 23); i++) {
        await page.goto(address, { waitUntil: "commit" });
        samples.push(await painted(page));
      }
      await page.waitForLoadState("networkidle");
      const time = spread(samples.slice(3));
      const weight = await programKb(page);
      return [
        {
          what: "a saved query's page: navigation to its painted chart",
          unit: "ms",
          ours: time.p50,
          ours95: time.p95,
          target: "p50 <= 400",
          met: time.p50 <= 400,
        },
        {
          what: "a saved query's page: its JavaScript, gzipped",
          unit: "kB",
          ours: weight,
          target: "<= 300",
          met: weight <= 300,
        },
      ];
    } finally {
      await browser.close();
    }
  },
};
