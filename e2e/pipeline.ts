import { expect, type Page } from "@playwright/test";
import { rest } from "./portal";

/** Pipelines that a browser test begins with, and what it finds on their pages. */

/** A name that no other test has, nor this one when it is tried again. */
export const named = (what: string) => `${what}_${Date.now().toString(36)}`;

export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: true });
export const stage = (page: Page) => page.getByRole("region", { name: /^Stage/ });
export const kept = (page: Page) => page.getByRole("status").filter({ hasText: "Draft kept" });

export const noop = (id: string, more: object = {}) => ({ id, operator: "noop@1", ...more });

/** Makes the document the live version; with `source` one that lives there. */
export const publish = (page: Page, name: string, document: object, source?: string) =>
  rest<{ version: number }>(page, "PUT", `/pipelines/${name}${source ? `?${new URLSearchParams({ source })}` : ""}`, {
    name,
    ...document,
  });

/** What the builder keeps of a pipeline while it is not published; until it says that it does there is none. */
export async function draftOf(page: Page, name: string): Promise<string> {
  await expect(kept(page)).toBeVisible();
  return (await rest<{ text: string }>(page, "GET", `/pipelines/${name}/draft`)).text;
}

/** Replaces what a field of code has, as somebody pastes it: an editor indents nothing of that. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("ControlOrMeta+V");
}
