"use client";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { languageOf } from "./code-languages";
import { type Completer, registerCompletion } from "./completion-provider";
import { monaco } from "./monaco";

/** Something to say at a place, from line and column 1. */
export interface CodeMark {
  line: number;
  column: number;
  message: string;
  severity: "error" | "warning";
}

interface Props {
  /** What screen readers call it. */
  label: string;
  language: string;
  value: string;
  /** In pixels; it grows with its text between the two. */
  heights: [least: number, most: number];
  marks?: CodeMark[];
  readOnly?: boolean;
  /** Tab moves on to the next field, as in the rest of a form. */
  tabLeaves?: boolean;
  /** Ids of what is said about the field: screen readers read it with its name. */
  describedBy?: string | undefined;
  invalid?: boolean;
  completer?: Completer;
  onChange?: (value: string) => void;
}

/** A field of code: Monaco as tall as its text. What is typed is the truth until `value` differs from what it last said. */
export default function CodeEditor(props: Props) {
  const { label, language, value, heights, marks, readOnly, tabLeaves, completer, describedBy, invalid } = props;
  const [least, most] = heights;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null);
  const said = useRef(value);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    const frame = host.current;
    if (!frame) return;
    const first = latest.current;
    const made = monaco.editor.create(frame, {
      value: first.value,
      language: languageOf(language),
      ariaLabel: label,
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "'JetBrains Mono Variable', monospace",
      fontSize: 13,
      lineHeight: 20,
      lineNumbersMinChars: 3,
      glyphMargin: false,
      folding: false,
      padding: { top: 6, bottom: 6 },
      scrollBeyondLastLine: false,
      scrollbar: { alwaysConsumeMouseWheel: false },
      renderLineHighlight: "none",
      renderFinalNewline: "on",
      overviewRulerLanes: 0,
      fixedOverflowWidgets: true,
      wordBasedSuggestions: "off",
      tabFocusMode: tabLeaves,
      readOnly,
      tabSize: language === "python" ? 4 : 2,
    });
    if (!tabLeaves) leaveByEscape(made);
    made.getModel()?.setEOL(monaco.editor.EndOfLineSequence.LF);
    editor.current = made;
    const grow = () => {
      frame.style.height = `${Math.min(most, Math.max(least, made.getContentHeight()))}px`;
    };
    grow();
    const grown = made.onDidContentSizeChange(grow);
    const typed = made.onDidChangeModelContent(() => {
      said.current = made.getValue();
      latest.current.onChange?.(said.current);
    });
    return () => {
      grown.dispose();
      typed.dispose();
      made.getModel()?.dispose();
      made.dispose();
      editor.current = null;
    };
  }, [label, language, least, most, readOnly, tabLeaves]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another editor has another textbox
  useEffect(() => {
    const box = host.current?.querySelector("[role=textbox]");
    box?.setAttribute("aria-invalid", String(invalid ?? false));
    if (describedBy) box?.setAttribute("aria-describedby", describedBy);
    else box?.removeAttribute("aria-describedby");
  }, [describedBy, invalid, label, language, least, most, readOnly, tabLeaves]);

  useEffect(() => (completer ? registerCompletion(completer) : undefined), [completer]);
  useEffect(() => monaco.editor.setTheme(scheme === "dark" ? "sluice-dark" : "sluice-light"), [scheme]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model || value === said.current) return;
    said.current = value;
    // As an edit, so that Undo brings back what stood there.
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null);
  }, [value]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model) return;
    const markers = (marks ?? []).map(({ line, column, message, severity }) => {
      const lineNumber = Math.min(line, model.getLineCount());
      const word = model.getWordAtPosition({ lineNumber, column });
      return {
        severity: severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
        message,
        startLineNumber: lineNumber,
        startColumn: column,
        endLineNumber: lineNumber,
        endColumn: Math.max(column + 1, word?.endColumn ?? model.getLineMaxColumn(lineNumber)),
      };
    });
    monaco.editor.setModelMarkers(model, "lint", markers);
  }, [marks]);

  return <div ref={host} style={{ height: least }} />;
}

/** Where Tab indents: after Escape it goes to the next field, so that nobody who works by keyboard is caught. */
function leaveByEscape(made: monaco.editor.IStandaloneCodeEditor): void {
  const { KeyCode } = monaco;
  const tabMoves = (tabFocusMode: boolean) => made.updateOptions({ tabFocusMode });
  made.onKeyDown(({ keyCode }) => {
    if (keyCode !== KeyCode.Tab && keyCode !== KeyCode.Shift) tabMoves(false);
  });
  made.onDidBlurEditorText(() => tabMoves(false));
  made.addAction({
    id: "leave",
    label: "Let Tab go to the next field",
    keybindings: [KeyCode.Escape],
    // Escape closes the editor's own widgets first.
    precondition: "!suggestWidgetVisible && !findWidgetVisible && !editorHasMultipleSelections",
    run: () => tabMoves(true),
  });
}
