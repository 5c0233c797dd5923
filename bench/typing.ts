import type { Page } from "@playwright/test";
import { openBrowser, signIn } from "./browser";
import { catalogue } from "./completion";
import type { Line } from "./line";
import { spread } from "./stats";

/** What stands already, and the word that is typed behind it: tables, columns by an alias, columns by the FROM clause. */
const texts = [
  ["select * from ", "fact_orders_12"],
  ["select * from mart_13.dim_learners_13 l where l.", "amount_2"],
  ["select count(*) from public.fact_orders_1200 where ", "created"],
  ["select * from stage_events_2 join ", "report_l"],
] as const;

/**
 * Milliseconds from each key of `word` to the frame in which the list has taken it in: its first row marks what was
 * typed so far. Both instants are the page's clock.
 */
async function type(page: Page, before: string, word: string): Promise<number[]> {
  await page.locator(".monaco-editor").first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(before);
  await page.keyboard.press("Escape");
  const times: number[] = [];
  for (let at = 1; at <= word.length; at++) {
    await page.evaluate(
      (typed) => {
        const state = window as unknown as { taken: Promise<number> };
        state.taken = new Promise((resolve, reject) => {
          const late = setTimeout(() => reject(new Error(`the list never showed ${typed}`)), 10_000);
          addEventListener(
            "keydown",
            () => {
              const from = performance.now();
              const look = () => {
                // The class `visible` comes 100 ms after the list was drawn, and changes nothing to be seen.
                const row = document.querySelector(".suggest-widget .monaco-list-row");
                const shown = row?.checkVisibility({ visibilityProperty: true });
                const marked = [...(row?.querySelectorAll(".highlight") ?? [])].map(({ textContent }) => textContent);
                if (!shown || marked.join("").toLowerCase() !== typed) return void requestAnimationFrame(look);
                clearTimeout(late);
                requestAnimationFrame(() => resolve(performance.now() - from));
              };
              look();
            },
            { capture: true, once: true },
          );
        });
      },
      word.slice(0, at),
    );
    await page.keyboard.press(word.charAt(at - 1));
    times.push(await page.evaluate(() => (window as unknown as { taken: Promise<number> }).taken));
  }
  return times;
}

/** Completion as it is felt: a key in the editor to the list that is painted for it. */
export const typing: Line = {
  name: "typing",
  async measure({ product, quick }) {
    const browser = await openBrowser();
    if (!browser) {
      console.error("typing: no Chromium here (apt-get install chromium, or npx playwright install chromium); skipped");
      return [];
    }
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      // The tree's answer is made here: 10,000 tables in a warehouse would measure PostgreSQL's catalogue.
      const tables = catalogue(10_000);
      await page.route(/\/api\/v1\/warehouses\/[^/]+\/tables$/, (route) =>
        route.fulfill({ json: { fetchedAt: new Date().toISOString(), paused: false, tables } }),
      );
      await signIn(page, product.url, product.email, product.password);
      await page.locator(".monaco-editor").first().waitFor();
      await type(page, ...texts[0]);
      const samples: number[] = [];
      for (let round = 0; round < (quick ? 1 : 4); round++)
        for (const [before, word] of texts) samples.push(...(await type(page, before, word)));
      const { p50, p95 } = spread(samples);
      return [
        {
          what: "a key in the editor to the painted list, 10,000 tables × 20 columns",
          unit: "ms",
          ours: p50,
          ours95: p95,
          target: "p95 <= 50",
          met: p95 <= 50,
        },
      ];
    } finally {
      await browser.close();
    }
  },
};
