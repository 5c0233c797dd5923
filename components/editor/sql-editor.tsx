"use client";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { openSearch } from "@/components/layout/open-search";
import type { Completer } from "./completion-provider";
import { registerCompletion } from "./completion-provider";
import { LANGUAGE, monaco } from "./monaco";
import { whereNow } from "./statement-at";
import type { Complaint } from "./use-runs";

/** What the page around the editor asks of it. */
export interface EditorHandle {
  selectedText(): { text: string; start: number } | null;
  cursor(): number;
  /** The text as it stands in the editor, line ends as \n. */
  text(): string;
  insert(text: string): void;
  replaceAll(text: string): void;
  /** Puts the cursor at the place of a complaint. */
  show(complaint: Complaint | undefined): void;
  focus(): void;
}

interface Props {
  tab: string;
  value: string;
  /** Moves when `value` came from elsewhere than this editor, which then takes it over. */
  revision: number;
  complaints: Complaint[];
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
  const { tab, value, revision, complaints, completer } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null);
  const latest = useRef(props);
  latest.current = props;
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
    // What was about to be completed is run as it stands, and the next Escape stops the run.
    const hideSuggestions = () => made.trigger("run", "hideSuggestWidget", {});
    made.addAction({
      id: "run",
      label: "Run",
      keybindings: [KeyMod.CtrlCmd | KeyCode.Enter],
      run: () => {
        hideSuggestions();
        latest.current.onRun();
      },
    });
    made.addAction({
      id: "run-all",
      label: "Run all statements",
      keybindings: [KeyMod.CtrlCmd | KeyMod.Shift | KeyCode.Enter],
      run: () => {
        hideSuggestions();
        latest.current.onRunAll();
      },
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
    made.addAction({
      id: "search",
      label: "Search pages, tables and the history",
      keybindings: [KeyMod.CtrlCmd | KeyCode.KeyK],
      run: () => openSearch(),
    });
    const typed = made.onDidChangeModelContent(() => {
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
    monaco.editor.setTheme(scheme === "dark" ? "sluice-dark" : "sluice-light");
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

  // biome-ignore lint/correctness/useExhaustiveDependencies: while a person types the editor is the truth; only a new revision or another tab is taken over
  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model || model.getValue() === value) return;
    // As an edit, so that Undo brings back what stood there.
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null);
  }, [tab, revision]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each tab has a model of its own to mark
  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model) return;
    const mark = () =>
      monaco.editor.setModelMarkers(
        model,
        "engine",
        complaints.flatMap((complaint) => markerOf(model, complaint)),
      );
    mark();
    if (complaints.length === 0) return;
    // A statement that is edited is no longer the one that the engine complained of.
    const edited = model.onDidChangeContent(mark);
    return () => edited.dispose();
  }, [tab, complaints]);

  return <div ref={host} style={{ height: "100%", minHeight: 80 }} />;
}

/** At the engine's own position; under the whole first line where it gave none. */
function markerOf(model: monaco.editor.ITextModel, complaint: Complaint): monaco.editor.IMarkerData[] {
  const start = whereNow(model.getValue(), complaint.statement);
  if (start === null) return [];
  const at = model.getPositionAt(start + (complaint.offset ?? 0));
  const word = model.getWordAtPosition(at);
  const endColumn = complaint.offset === null ? model.getLineMaxColumn(at.lineNumber) : (word?.endColumn ?? 0);
  return [
    {
      severity: monaco.MarkerSeverity.Error,
      message: complaint.message,
      startLineNumber: at.lineNumber,
      startColumn: at.column,
      endLineNumber: at.lineNumber,
      endColumn: Math.max(at.column + 1, endColumn),
    },
  ];
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
    text: () => editor.getModel()?.getValue() ?? "",
    insert(text) {
      const selection = editor.getSelection();
      if (selection) replace(selection, text);
    },
    replaceAll(text) {
      const model = editor.getModel();
      if (model) replace(model.getFullModelRange(), text);
    },
    show(complaint) {
      const model = editor.getModel();
      const [marker] = model && complaint ? markerOf(model, complaint) : [];
      if (!marker) return;
      const position = { lineNumber: marker.startLineNumber, column: marker.startColumn };
      editor.setPosition(position);
      editor.revealPositionInCenterIfOutsideViewport(position);
      editor.focus();
    },
    focus: () => editor.focus(),
  };
}

/** Text of a closed tab is not kept in memory. */
export function forgetModel(tab: string): void {
  models.get(tab)?.dispose();
  models.delete(tab);
}
