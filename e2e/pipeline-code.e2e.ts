import type { Page } from "@playwright/test";
import { open } from "./admin";
import { button, draftOf, kept, named, paste, publish, stage } from "./pipeline";
import { editorText, expect, rest, test } from "./portal";

/** Fields of code in a stage's form: what is typed is what is kept, and nobody is caught in one. */

/** With everything that YAML, HTML or an editor could take for its own. */
const code = `# "quotes", 'single', \`ticks\`: {braces} & <b>
rows = {"a": [1, 'x'], "b": "C:\\\\new\\t"}

if rows:
\tprint(f"{rows['a']!r} {{ not_a_template }}")   # a tab, and blanks at the end  
    print("--- | > ü 😀 %s" % '''two
lines''')

`;
const sql = `select '{"a": "it''s"}'::jsonb as "Odd: name", E'\\n' as b -- # no comment of YAML
from learners
where country like '%{%' and signed_up_at >= {{ interval.from }}

`;

interface Document {
  stages: { id: string; params: Record<string, string> }[];
}

const box = (page: Page, name: string) => stage(page).getByRole("textbox", { name, exact: true });

async function begin(page: Page, what: string, at: "ask" | "work"): Promise<string> {
  const name = named(what);
  const stages = [
    {
      ...{ id: "ask", operator: "sql-extract@1", outputs: { rows: "parquet" } },
      params: { warehouse: "demo", sql: "select 1 as n" },
    },
    { id: "work", operator: "python@1", params: { code: "pass" }, inputs: { rows: "ask.rows" } },
  ];
  await publish(page, name, { stages });
  await open(page, `/pipelines/${name}?stage=${at}`);
  return name;
}

/** What the server reads from the draft: published, it is what a run is given. */
async function published(page: Page, name: string): Promise<Record<string, string>> {
  await expect(kept(page)).toBeVisible();
  await button(page, "Publish").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("version 2")).toBeVisible();
  const { document } = await rest<{ document: Document }>(page, "GET", `/pipelines/${name}`);
  return Object.assign({}, ...document.stages.map(({ params }) => params)) as Record<string, string>;
}

test("Python and SQL come back byte by byte: from the YAML, after a reload, and published", async ({ page }) => {
  const name = await begin(page, "bytes", "work");
  await box(page, "Code").focus();
  await paste(page, code);
  await expect(kept(page)).toBeVisible();
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect.poll(() => editorText(page)).toContain("print(f\"{rows['a']!r} {{ not_a_template }}\")");
  await page.getByRole("tab", { name: "Form" }).click();
  await button(page, /^Query a warehouse, ask/).click();
  await box(page, "SQL").focus();
  await paste(page, sql);
  await expect.poll(() => draftOf(page, name)).toContain("no comment of YAML");

  // The form reads its own text again, and a key that is pressed after it changes nothing else.
  await page.reload();
  await expect.poll(() => editorText(page)).toContain(`'{"a": "it''s"}'::jsonb as "Odd: name"`);
  await box(page, "SQL").focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("-- end");
  const params = await published(page, name);
  expect(params.code).toBe(code);
  expect(params.sql).toBe(`${sql}-- end`);
});

test("what is typed key by key stands in the document as on the screen", async ({ page }) => {
  const name = await begin(page, "typed_keys", "work");
  await box(page, "Code").focus();
  await page.keyboard.press("ControlOrMeta+A");
  // The editor closes what is opened, is typed over, and indents the line after a colon.
  await page.keyboard.type("def f(x):");
  await page.keyboard.press("Enter");
  await page.keyboard.type("return {\"a\": [x, 'b']}");
  const typed = "def f(x):\n    return {\"a\": [x, 'b']}";
  await expect(kept(page)).toBeVisible();
  await page.getByRole("tab", { name: "YAML" }).click();
  await expect.poll(() => editorText(page)).toContain("        def f(x):\n            return {\"a\": [x, 'b']}");
  expect((await published(page, name)).code).toBe(typed);
});

test("the keyboard leaves a field of code: SQL by Tab, where Tab indents after Escape", async ({ page }) => {
  await begin(page, "leaving", "ask");
  await box(page, "SQL").focus();
  await page.keyboard.press("Tab");
  await expect(box(page, "SQL")).not.toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(box(page, "SQL")).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(box(page, "SQL")).not.toBeFocused();
  expect(await editorText(page)).toBe("select 1 as n");

  await button(page, /^Python, work/).click();
  await expect(box(page, "Code")).toHaveAccessibleDescription(/after Escape it leaves the field/);
  await box(page, "Code").focus();
  await page.keyboard.press("ControlOrMeta+Home");
  await page.keyboard.press("Tab");
  await expect(box(page, "Code")).toBeFocused();
  await expect.poll(() => editorText(page)).toBe("    pass");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(stage(page).getByRole("textbox", { name: "Requirements" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await expect(box(page, "Code")).toBeFocused();
  // Once only: it is a field of code again.
  await page.keyboard.press("Tab");
  await expect(box(page, "Code")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+Tab");
  await expect(box(page, "Code")).not.toBeFocused();
  expect(await editorText(page)).toBe("        pass");

  await page.getByRole("tab", { name: "YAML" }).click();
  const yaml = page.getByRole("textbox", { name: "Pipeline as YAML" });
  await yaml.focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(yaml).not.toBeFocused();
});

test("what the check finds in code stands at its field, is read with it, and goes once it is mended", async ({
  page,
}) => {
  const name = await begin(page, "checked", "ask");
  await expect(box(page, "SQL")).toHaveAttribute("aria-invalid", "false");
  await box(page, "SQL").focus();
  await paste(page, "select {{ interval.fro }} as day");
  await expect(box(page, "SQL")).toHaveAccessibleDescription(/interval\.fro/);
  await expect(box(page, "SQL")).toHaveAttribute("aria-invalid", "true");
  await expect(box(page, "SQL")).toBeFocused();
  expect(await editorText(page)).toBe("select {{ interval.fro }} as day");
  await page.keyboard.press("ControlOrMeta+End");
  for (let at = 0; at < " }} as day".length; at++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("m");
  await expect(box(page, "SQL")).toHaveAttribute("aria-invalid", "false");
  await expect(box(page, "SQL")).not.toHaveAccessibleDescription(/interval\.fro/);

  await button(page, /^Python, work/).click();
  await box(page, "Code").focus();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(box(page, "Code")).toHaveAccessibleDescription(/Code is missing\./);
  await expect(page.getByText("One thing to fill in or mend before")).toBeVisible();
  await expect.poll(() => draftOf(page, name)).not.toContain("code:");
});
