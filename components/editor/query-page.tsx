"use client";

import { Alert, Anchor, Button, Drawer, Skeleton, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import dynamic from "next/dynamic";
import { parseAsString, useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Panel, Group as PanelGroup, Separator } from "react-resizable-panels";
import { isFinished } from "@/components/results/execution-view";
import type { CatalogTable, Suggestion } from "@/lib/completion/schema";
import type { Draft } from "./drafts";
import classes from "./editor.module.css";
import { EditorTabs } from "./editor-tabs";
import { ExplainPanel } from "./explain-panel";
import { QueryBar } from "./query-bar";
import { RunTabs } from "./run-tabs";
import { SchemaBrowser } from "./schema-browser";
import type { EditorHandle } from "./sql-editor";
import { type SplitStatements, type Statement, statementAt } from "./statement-at";
import { useCatalog } from "./use-catalog";
import { useDrafts } from "./use-drafts";
import { useRuns } from "./use-runs";
import { useGate, useWarehouses } from "./use-warehouses";
import { WarehousePicker } from "./warehouse-picker";

const SqlEditor = dynamic(() => import("./sql-editor"), { ssr: false, loading: () => <Skeleton height="100%" /> });

/** Pure functions of the product's own SQL knowledge, handed in by the route. */
export interface SqlTools {
  splitStatements: SplitStatements;
  /** Builds its index once a catalogue. */
  completer: (tables: CatalogTable[]) => (sql: string, offset: number) => Suggestion[];
}

const urlState = { tab: parseAsString, warehouse: parseAsString, execution: parseAsString, sql: parseAsString };

export function QueryPage({ tools }: { tools: SqlTools }) {
  const [url, setUrl] = useQueryStates(urlState, { history: "replace" });
  const { warehouses, problem: noWarehouses } = useWarehouses();
  const { drafts, keeping, change, open, close } = useDrafts();
  const draft = drafts?.find((each) => each.tab === url.tab) ?? drafts?.at(-1);
  const warehouse =
    warehouses?.find(({ id, name }) =>
      [url.warehouse, draft?.warehouse].some((asked) => asked === id || asked === name),
    ) ?? warehouses?.[0];
  const gate = useGate(warehouse?.id);
  const { catalog, loading, problem: noCatalog, refresh } = useCatalog(warehouse?.id);
  const { runs, marks, submitting, problem, submit, show, note, stop } = useRuns(draft?.tab);
  const [pinned, setPinned] = useState<string | null>(null);
  const [explained, setExplained] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [tables, setTables] = useState(false);
  const phone = useMediaQuery("(max-width: 767px)");
  const editor = useRef<EditorHandle | null>(null);
  const completer = useMemo(() => tools.completer(catalog?.tables ?? []), [tools, catalog]);

  // A pasted link: its SQL opens in a tab of its own, its execution in the tab that is there.
  useEffect(() => {
    if (!drafts || !url.sql) return;
    const tab = open(url.warehouse, url.sql);
    void setUrl({ sql: null, tab });
  }, [drafts, url.sql, url.warehouse, open, setUrl]);
  useEffect(() => {
    if (draft && url.execution && runs.length === 0)
      show(draft.tab, [{ executionId: url.execution, statement: null, view: null }]);
  }, [draft, url.execution, runs.length, show]);

  const running = submitting || runs.some((run) => run.view && !isFinished(run.view));
  const chosen = useCallback((): Statement[] => {
    const sql = draft?.sql ?? "";
    const selected = editor.current?.selectedText();
    if (selected) {
      return tools
        .splitStatements(selected.text)
        .map((each) => ({ ...each, start: each.start + selected.start, end: each.end + selected.start }));
    }
    const one = statementAt(tools.splitStatements(sql), editor.current?.cursor() ?? 0);
    return one ? [one] : [];
  }, [draft, tools]);
  const run = async (statements: Statement[]) => {
    setSaid("");
    setExplained(null);
    if (!draft || !warehouse) return;
    if (statements.length === 0) return setSaid("Write a statement first.");
    const execution = await submit(draft.tab, warehouse.id, statements);
    if (execution) void setUrl({ execution, tab: draft.tab, warehouse: warehouse.name });
  };
  const format = async () => {
    if (!draft) return;
    try {
      const { format: lay } = await import("sql-formatter");
      editor.current?.replaceAll(
        lay(draft.sql, {
          language: "postgresql",
          keywordCase: "preserve",
          paramTypes: { custom: [{ regex: "\\{\\{\\s*\\w+\\s*\\}\\}" }] },
        }),
      );
    } catch {
      setSaid("This SQL could not be read, so it was left as it is.");
    }
  };
  const insert = (name: string) => {
    editor.current?.insert(name);
    setTables(false);
  };
  const closeTab = (closed: Draft) => {
    close(closed.tab);
    void import("./sql-editor").then(({ forgetModel }) => forgetModel(closed.tab));
    if (closed.tab === draft?.tab) void setUrl({ tab: null, execution: null });
  };

  if (noWarehouses)
    return (
      <Alert color="red" title="The warehouses could not be read">
        {noWarehouses}
      </Alert>
    );
  if (warehouses?.length === 0) return <NoWarehouse />;
  if (!draft || !drafts) return <Skeleton height={400} />;
  const browser = (
    <SchemaBrowser
      warehouse={warehouse?.name ?? ""}
      {...{ catalog, loading }}
      problem={noCatalog}
      onRefresh={refresh}
      onInsert={insert}
    />
  );
  const runAll = () => void run(tools.splitStatements(draft.sql));
  const runChosen = () => void run(chosen());
  return (
    <div className={classes.page}>
      <QueryBar
        {...{ keeping, running }}
        ready={Boolean(warehouse) && !submitting}
        onRun={runChosen}
        onRunAll={runAll}
        onStop={() => void stop()}
        onFormat={() => void format()}
        onExplain={() => setExplained(chosen()[0]?.text ?? null)}
        onTables={() => setTables(true)}
      >
        <WarehousePicker
          warehouses={warehouses ?? []}
          value={warehouse?.id}
          gate={gate}
          onChange={(id) => {
            change(draft.tab, { warehouse: id });
            void setUrl({ warehouse: warehouses?.find((each) => each.id === id)?.name ?? null });
          }}
        />
      </QueryBar>
      <div className={classes.body}>
        {!phone && <aside className={classes.side}>{browser}</aside>}
        <div className={classes.main}>
          <EditorTabs
            drafts={drafts}
            active={draft.tab}
            onSelect={(tab) => void setUrl({ tab, execution: null })}
            onClose={closeTab}
            onOpen={() => void setUrl({ tab: open(warehouse?.id ?? null), execution: null })}
          />
          {(keeping === "signed out" || problem?.signedOut) && <SignedOut />}
          {problem && !problem.signedOut && (
            <Alert color="red" role="alert" py={6}>
              {problem.message}
            </Alert>
          )}
          {said && (
            <Text size="sm" role="status">
              {said}
            </Text>
          )}
          <PanelGroup orientation="vertical" style={{ height: "calc(100% - 34px)" }}>
            <Panel defaultSize="45" minSize="80px">
              <SqlEditor
                tab={draft.tab}
                value={draft.sql}
                marks={marks}
                completer={completer}
                onChange={(sql) => sql !== draft.sql && change(draft.tab, { sql })}
                onRun={runChosen}
                onRunAll={runAll}
                onStop={() => void stop()}
                onFormat={() => void format()}
                onReady={(handle) => {
                  editor.current = handle;
                }}
              />
            </Panel>
            <Separator className={classes.handle} />
            <Panel minSize="120px">
              {explained && warehouse ? (
                <ExplainPanel warehouse={warehouse.id} sql={explained} onClose={() => setExplained(null)} />
              ) : runs.length > 0 || pinned ? (
                <RunTabs
                  {...{ runs, pinned }}
                  active={url.execution}
                  onSelect={(execution) => void setUrl({ execution })}
                  onPin={setPinned}
                  onState={note}
                />
              ) : (
                <FirstTime onExample={() => editor.current?.insert("select current_date as today, 42 as answer")} />
              )}
            </Panel>
          </PanelGroup>
        </div>
      </div>
      <Drawer opened={tables && Boolean(phone)} onClose={() => setTables(false)} title="Tables" size="90%">
        <div style={{ height: "80dvh" }}>{browser}</div>
      </Drawer>
    </div>
  );
}

function FirstTime({ onExample }: { onExample: () => void }) {
  return (
    <div style={{ textAlign: "center", paddingTop: 32 }}>
      <Text c="dimmed">Rows appear here. Ctrl Enter runs the statement under the cursor.</Text>
      <Button mt={8} variant="default" size="xs" onClick={onExample}>
        Insert an example
      </Button>
    </div>
  );
}

function SignedOut() {
  const next = typeof location === "undefined" ? "/queries/new" : location.pathname + location.search;
  return (
    <Alert color="yellow" role="alert" py={6}>
      Your session has ended. What you typed is kept in this browser.{" "}
      <Anchor href={`/sign-in?next=${encodeURIComponent(next)}`}>Sign in</Anchor> to go on here.
    </Alert>
  );
}

function NoWarehouse() {
  return (
    <Alert color="gray" title="No warehouse yet">
      You have no right to a warehouse so far. An admin can give it to you or to your team under Admin, Warehouses.
    </Alert>
  );
}
