import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** What a machine can find of WCAG 2.2 A and AA. Monaco's own inside is not ours to change. */
export async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .exclude(".monaco-editor")
    // Initials stand for a person whose name the label says in full.
    .disableRules(["label-content-name-mismatch"])
    // In one go: it looks into no frame of another origin, of which there is none, and needs half the time.
    .setLegacyMode()
    .analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 160)}`));
}
