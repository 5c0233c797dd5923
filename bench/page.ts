import type { Page } from "@playwright/test";
import { openBrowser, signIn } from "./browser";
import type { Line } from "./line";
import { finish, firstRows, submit } from "./sluice";
import { spread } from "./stats";

/**
 * Ctrl+Enter in the editor to the frame in which the answer's own row is on the page. Both instants are the
 * page's clock; each query carries a number of its own, so that an older answer is never taken for it.
 */
async function runInEditor(page: Page, n: number): Promise<number> {
  await page.locator(".monaco-editor").first().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(`select ${n} as answer_${n}, pg_sleep(0.01)`);
  await page.evaluate((wanted) => {
    const found = () =>
      [...document.querySelectorAll('[role="gridcell"]')].some(
        (cell) => cell.textContent?.replace(/\D/g, "") === wanted,
      );
    const state = window as unknown as { painted: Promise<number> };
    state.painted = new Promise((resolve) => {
      let from = 0;
      const pressed = (event: KeyboardEvent) => {
        if (event.key !== "Enter") return;
        from = performance.now();
        removeEventListener("keydown", pressed, true);
      };
      addEventListener("keydown", pressed, true);
      const look = () => {
        if (from && found()) requestAnimationFrame(() => resolve(performance.now() - from));
        else requestAnimationFrame(look);
      };
      look();
    });
  }, String(n));
  await page.keyboard.press("ControlOrMeta+Enter");
  return page.evaluate(() => (window as unknown as { painted: Promise<number> }).painted);
}

interface Frames {
  /** Milliseconds between two frames at most. */
  longest: number;
  /** How many gaps were over 50 ms. */
  over: number;
  /** CPU time of the page's own thread for each frame, ms: what a busy machine cannot blur. */
  cpu: number;
}

/** Frames of the grid while `move` is called 60 times a second. */
async function frames(page: Page, seconds: number, move: (step: number) => Promise<void>): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
  };
  await page.evaluate((ms) => {
    const state = window as unknown as { gaps: Promise<number[]> };
    state.gaps = new Promise((resolve) => {
      const gaps: number[] = [];
      const end = performance.now() + ms;
      let last = performance.now();
      const frame = (now: number) => {
        gaps.push(now - last);
        last = now;
        if (now < end) requestAnimationFrame(frame);
        else resolve(gaps.slice(1));
      };
      requestAnimationFrame(frame);
    });
  }, seconds * 1000);
  const before = await busy();
  const until = Date.now() + seconds * 1000;
  for (let step = 0; Date.now() < until; step++) {
    await move(step);
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  const gaps = await page.evaluate(() => (window as unknown as { gaps: Promise<number[]> }).gaps);
  const cpu = (((await busy()) - before) * 1000) / gaps.length;
  await session.detach();
  return { longest: Math.max(...gaps), over: gaps.filter((gap) => gap > 50).length, cpu };
}

/** A wheel that turns fast, and a scrollbar that is dragged from the first row to the last. */
async function scroll(page: Page, seconds: number): Promise<Frames> {
  const grid = page.getByRole("grid").first();
  await grid.waitFor();
  await page.getByRole("gridcell").first().waitFor();
  await grid.hover();
  const wheel = await frames(page, seconds / 2, () => page.mouse.wheel(0, 1200));
  const steps = (seconds / 2) * 60;
  const drag = await frames(page, seconds / 2, (step) =>
    grid.evaluate((element, part) => {
      element.scrollTop = part * element.scrollHeight;
    }, step / steps),
  );
  return {
    longest: Math.max(wheel.longest, drag.longest),
    over: wheel.over + drag.over,
    cpu: Math.max(wheel.cpu, drag.cpu),
  };
}

export const page: Line = {
  name: "page",
  async measure({ product, sluice, warehouse, quick }) {
    const browser = await openBrowser();
    if (!browser) {
      console.error("page: no Chromium here (apt-get install chromium, or npx playwright install chromium); skipped");
      return [];
    }
    try {
      const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      await signIn(tab, product.url, product.email, product.password);
      await tab.locator(".monaco-editor").first().waitFor();
      for (let i = 0; i < 3; i++) await runInEditor(tab, 700_000 + i);
      const samples: number[] = [];
      for (let i = 0; i < (quick ? 5 : 30); i++) samples.push(await runInEditor(tab, 800_000 + i));
      const painted = spread(samples);

      const n = quick ? 200_000 : 5_000_000;
      const { id } = await finish(sluice, (await submit(sluice, { warehouse, sql: firstRows(n) })).id);
      await tab.goto(`${product.url}/executions/${id}`);
      const seen = await scroll(tab, quick ? 4 : 20);
      return [
        {
          what: "the page: submit to painted rows, 10 ms query",
          unit: "ms",
          ours: painted.p50,
          ours95: painted.p95,
          target: "p50 <= 150",
          met: painted.p50 <= 150,
        },
        {
          what: "the page: frames over 50 ms, scrolling 5M rows",
          unit: "frames",
          ours: seen.over,
          target: "0",
          met: seen.over === 0,
        },
        {
          what: "the page: longest frame",
          unit: "ms",
          ours: seen.longest,
          target: "<= 50",
          met: seen.longest <= 50,
        },
        {
          what: "the page: CPU of its thread for each frame",
          unit: "ms",
          ours: seen.cpu,
          target: "<= 16",
          met: seen.cpu <= 16,
        },
      ];
    } finally {
      await browser.close();
    }
  },
};
