"use client";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Completer } from "./completion-provider";
import { registerCompletion } from "./completion-provider";
import { LANGUAGE, monaco } from "./monaco";

export interface EditorMark {
  /** Offset in the text. */
  offset: number;
  message: string;
}

/** What the page around the editor asks of it. */
export interface EditorHandle {
  selectedText(): { text: string; start: number } | null;
  cursor(): number;
  insert(text: string): void;
  replaceAll(text: string): void;
  focus(): void;
}

interface Props {
  tab: string;
  value: string;
  marks: EditorMark[];
  completer: Completer;
  onChange: (value: string) => void;
  onRun: () => void;
  onRunAll: () => void;
  onStop: () => void;
  onFormat: () => void;
  onReady: (handle: EditorHandle) => void;
}

const models = new Map<string, monaco.editor.ITextModel>();

/** Monaco with one model a tab, so that undo and the cursor survive a change of tab. */
export default function SqlEditor(props: Props) {
  const { tab, value, marks, completer } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null);
  const latest = useRef(props);
  latest.current = props;
  // Once a person typed in a tab the editor is the truth: the value that comes back may be some keys old.
  const typedTabs = useRef(new Set<string>());
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    if (!host.current) return;
    const made = monaco.editor.create(host.current, {
      language: LANGUAGE,
      ariaLabel: "SQL",
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "'JetBrains Mono Variable', monospace",
      fontSize: 13,
      lineHeight: 20,
      lineNumbersMinChars: 3,
      padding: { top: 8, bottom: 8 },
      scrollBeyondLastLine: false,
      renderLineHighlight: "none",
      overviewRulerLanes: 0,
      fixedOverflowWidgets: true,
      wordBasedSuggestions: "off",
      quickSuggestions: { other: true, comments: false, strings: false },
      suggest: { showWords: false, preview: false, localityBonus: false },
      tabSize: 2,
    });
    editor.current = made;
    const { KeyMod, KeyCode } = monaco;
    made.addAction({
      id: "run",
      label: "Run",
      keybindings: [KeyMod.CtrlCmd | KeyCode.Enter],
      run: () => latest.current.onRun(),
    });
    made.addAction({
      id: "run-all",
      label: "Run all statements",
      keybindings: [KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.Enter],
      run: () => latest.current.onRunAll(),
    });
    made.addAction({
      id: "format-sql",
      label: "Format",
      keybindings: [KeyMod.Shift | KeyMod.Alt | KeyCode.KeyF],
      run: () => latest.current.onFormat(),
    });
    made.addAction({
      id: "stop",
      label: "Stop",
      keybindings: [KeyCode.Escape],
      // Escape closes the editor's own widgets first.
      precondition:
        "!suggestWidgetVisible && !findWidgetVisible && !markersNavigationVisible && !editorHasMultipleSelections",
      run: () => latest.current.onStop(),
    });
    const typed = made.onDidChangeModelContent(() => {
      typedTabs.current.add(latest.current.tab);
      latest.current.onChange(made.getValue());
    });
    latest.current.onReady(handleOf(made));
    return () => {
      typed.dispose();
      made.dispose();
      editor.current = null;
    };
  }, []);

  useEffect(() => registerCompletion(completer), [completer]);

  useEffect(() => {
    monaco.editor.setTheme(scheme === "dark" ? "vs-dark" : "vs");
  }, [scheme]);

  useEffect(() => {
    let model = models.get(tab);
    if (!model || model.isDisposed()) {
      model = monaco.editor.createModel(latest.current.value, LANGUAGE);
      // The engine counts characters of the text as sent; one kind of line end keeps both counts alike.
      model.setEOL(monaco.editor.EndOfLineSequence.LF);
      models.set(tab, model);
    }
    editor.current?.setModel(model);
    editor.current?.focus();
  }, [tab]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model || typedTabs.current.has(tab) || model.getValue() === value) return;
    model.setValue(value);
    typedTabs.current.delete(tab);
  }, [tab, value]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model) return;
    monaco.editor.setModelMarkers(
      model,
      "engine",
      marks.map((mark) => {
        const at = model.getPositionAt(mark.offset);
        const word = model.getWordAtPosition(at);
        return {
          severity: monaco.MarkerSeverity.Error,
          message: mark.message,
          startLineNumber: at.lineNumber,
          startColumn: at.column,
          endLineNumber: at.lineNumber,
          endColumn: Math.max(at.column + 1, word?.endColumn ?? 0),
        };
      }),
    );
  }, [marks]);

  return <div ref={host} style={{ height: "100%", minHeight: 80 }} />;
}

function handleOf(editor: monaco.editor.IStandaloneCodeEditor): EditorHandle {
  const replace = (range: monaco.IRange, text: string) => {
    editor.pushUndoStop();
    editor.executeEdits("page", [{ range, text, forceMoveMarkers: true }]);
    editor.pushUndoStop();
    editor.focus();
  };
  return {
    selectedText() {
      const model = editor.getModel();
      const selection = editor.getSelection();
      if (!model || !selection || selection.isEmpty()) return null;
      return { text: model.getValueInRange(selection), start: model.getOffsetAt(selection.getStartPosition()) };
    },
    cursor: () => editor.getModel()?.getOffsetAt(editor.getPosition() ?? new monaco.Position(1, 1)) ?? 0,
    insert(text) {
      const selection = editor.getSelection();
      if (selection) replace(selection, text);
    },
    replaceAll(text) {
      const model = editor.getModel();
      if (model) replace(model.getFullModelRange(), text);
    },
    focus: () => editor.focus(),
  };
}

/** Text of a closed tab is not kept in memory. */
export function forgetModel(tab: string): void {
  models.get(tab)?.dispose();
  models.delete(tab);
}
