/** Monaco from the package, cut to the core and PostgreSQL. Import it in the browser only. */
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/caretOperations/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/contextmenu/register";
import "monaco-editor/features/cursorUndo/register";
import "monaco-editor/features/dnd/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/snippet/register";
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/features/toggleTabFocusMode/register";
import "monaco-editor/features/wordHighlighter/register";
import "monaco-editor/features/wordOperations/register";
import * as monaco from "monaco-editor/editor";
import { conf, language } from "monaco-editor/languages/definitions/pgsql/pgsql";

export const LANGUAGE = "pgsql";

// The package's list holds PostgreSQL's reserved words only; people read GROUP BY as one.
monaco.languages.register({ id: LANGUAGE });
monaco.languages.setLanguageConfiguration(LANGUAGE, conf);
monaco.languages.setMonarchTokensProvider(LANGUAGE, {
  ...language,
  keywords: [
    ...(language.keywords as string[]),
    "BY",
    "OVER",
    "PARTITION",
    "ROWS",
    "RANGE",
    "FILTER",
    "SETS",
    "RECURSIVE",
  ],
});

self.MonacoEnvironment = {
  getWorker: () => new Worker(new URL("monaco-editor/editor/editor.worker", import.meta.url), { type: "module" }),
};

/** Monaco's own themes paint strings red, which here means failed, and functions magenta; grounds are the page's. */
const rules = (keyword: string, text: string, number: string, name: string, comment: string, symbol: string) => [
  { token: "keyword", foreground: keyword },
  { token: "string", foreground: text },
  { token: "string.yaml", foreground: text },
  { token: "number", foreground: number },
  { token: "type", foreground: name },
  { token: "comment", foreground: comment },
  { token: "keyword.sql", foreground: keyword },
  { token: "string.sql", foreground: text },
  { token: "number.sql", foreground: number },
  { token: "predefined.sql", foreground: name },
  { token: "comment.sql", foreground: comment },
  { token: "operator.sql", foreground: symbol },
];
monaco.editor.defineTheme("sluice-light", {
  base: "vs",
  inherit: true,
  rules: rules("065a6d", "8b3a62", "4b45a8", "5b4b8a", "58636d", "58636d"),
  colors: { "editor.background": "#ffffff", "editorLineNumber.foreground": "#6a747d" },
});
monaco.editor.defineTheme("sluice-dark", {
  base: "vs-dark",
  inherit: true,
  rules: rules("72c4d5", "e0a3c0", "b0a7ff", "c3b1e8", "929ba5", "98a2ac"),
  colors: {
    "editor.background": "#191d22",
    "editorLineNumber.foreground": "#929ba5",
    "editorWidget.background": "#272d34",
    "editorSuggestWidget.background": "#272d34",
  },
});

export { monaco };
