import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "@playwright/test";

/** Chromium as it is installed here; null where there is none. */
export async function openBrowser(): Promise<Browser | null> {
  const own = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((at) => existsSync(at));
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: own, args }).catch(() => null);
}

/** Signs in, and on to the editor. */
export async function signIn(page: Page, url: string, email: string, password: string): Promise<void> {
  await page.goto(`${url}/sign-in?next=/queries/new`);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(password);
  await page
    .getByRole("button", { name: /sign in/i })
    .first()
    .click();
  // By its path: the sign-in page has that address in its own.
  await page.waitForURL(({ pathname }) => pathname === "/queries/new");
}
