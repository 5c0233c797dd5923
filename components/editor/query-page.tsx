"use client";

import { Drawer, Skeleton, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryStates } from "nuqs";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Panel, Group as PanelGroup, Separator } from "react-resizable-panels";
import { AboutWarehouse } from "@/components/layout/about-warehouse";
import { SaveDialog } from "@/components/queries/save-dialog";
import { api } from "@/components/ui/api";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { CatalogTable, Suggestion } from "@/lib/completion/schema";
import type { ExecutionView } from "@/lib/executions/schema";
import { resultsWarehouse } from "@/lib/tables/schema";
import { type Draft, draftTitle } from "./drafts";
import classes from "./editor.module.css";
import { EditorTabs } from "./editor-tabs";
import { EstimateLine } from "./estimate-line";
import { ExplainPanel } from "./explain-panel";
import { formatSql } from "./format-sql";
import { nightlyPath } from "./nightly-path";
import { ParameterStrip } from "./parameter-strip";
import { QueryBar } from "./query-bar";
import { FirstTime, NoWarehouse } from "./query-states";
import { RecentRuns } from "./recent-runs";
import { RunTabs } from "./run-tabs";
import { SchemaBrowser } from "./schema-browser";
import type { EditorHandle } from "./sql-editor";
import { type SplitStatements, type Statement, statementAt } from "./statement-at";
import { useCatalog } from "./use-catalog";
import { useDrafts } from "./use-drafts";
import { useEstimate } from "./use-estimate";
import { type Bound, useParameters } from "./use-parameters";
import { complaintOf, useRuns } from "./use-runs";
import { useWarehouses } from "./use-warehouses";
import { WarehousePicker } from "./warehouse-picker";
import { ZonePicker } from "./zone-picker";

const loadEditor = () => import("./sql-editor");
// The largest part of the page: on its way while the tabs are still being read.
if (typeof window !== "undefined") void loadEditor();
const SqlEditor = dynamic(loadEditor, { ssr: false, loading: () => <Skeleton height="100%" /> });

/** Pure functions of the product's own SQL knowledge, handed in by the route. */
export interface SqlTools {
  splitStatements: SplitStatements;
  /** Builds its index once a catalogue. */
  completer: (tables: CatalogTable[], engine: string) => (sql: string, offset: number) => Suggestion[];
}

export interface QueryPageProps {
  me: { id: string; admin: boolean; timeZone: string | null; builds: boolean };
  tools: SqlTools;
}

const urlState = {
  tab: parseAsString,
  warehouse: parseAsString,
  execution: parseAsString,
  /** The zone that times of the next run are shown in; without it the person's own. */
  zone: parseAsString,
  /** SQL to begin a tab with, from a link. */
  sql: parseAsString,
  /** An execution whose SQL to begin a tab with. */
  copy: parseAsString,
};
/** How the grid looks at a result. Another statement has other columns, so none of it fits there. */
const gridState = {
  sort: parseAsString,
  filter: parseAsString,
  search: parseAsString,
  order: parseAsString,
  cols: parseAsString,
};
const ANEW = { sort: null, filter: null, search: null, order: null, cols: null };

export function QueryPage({ me, tools }: QueryPageProps) {
  const [url, setUrl] = useQueryStates({ ...urlState, ...gridState }, { history: "replace" });
  const { warehouses, problem: noWarehouses } = useWarehouses();
  const { drafts, keeping, closed, revisions, store } = useDrafts(me.id);
  const draft = drafts?.find((each) => each.tab === url.tab) ?? drafts?.at(-1);
  const named = (asked: string | null | undefined) =>
    asked ? warehouses?.find(({ id, name }) => asked === id || asked === name) : undefined;
  const warehouse = named(url.warehouse) ?? named(draft?.warehouse) ?? warehouses?.[0];
  const engine = warehouse?.engine ?? "postgres";
  const zone = url.zone ?? me.timeZone ?? "UTC";
  const { runs, complaints, running, submitting, stopping, problem, submit, show, note, stop } = useRuns(draft?.tab);
  const parameters = useParameters(draft?.tab, draft?.sql ?? "", zone, engine);
  const { catalog, loading, problem: noCatalog, refresh } = useCatalog(warehouse?.id);
  const [pinned, setPinned] = useState<string | null>(null);
  const [explained, setExplained] = useState<Bound | null>(null);
  const [said, setSaid] = useState("");
  const [saving, setSaving] = useState<string | null>(null);
  const [drawer, setDrawer] = useState<"tables" | "recent" | null>(null);
  const phone = useMediaQuery("(max-width: 767px)");
  const editor = useRef<EditorHandle | null>(null);
  const router = useRouter();
  const completer = useMemo(() => tools.completer(catalog?.tables ?? [], engine), [tools, catalog, engine]);

  const copyOf = useCallback(
    async (id: string) => {
      try {
        const view = await api<ExecutionView>("GET", `/executions/${id}`);
        const tab = store.open(view.warehouse.id, view.sql);
        show(tab, [id]);
        void setUrl({ ...ANEW, copy: null, tab, warehouse: view.warehouse.name, zone: view.timeZone, execution: id });
      } catch (error) {
        setSaid(error instanceof Error ? error.message : String(error));
        void setUrl({ copy: null });
      }
    },
    [store, show, setUrl],
  );
  // A run of one's own takes a slot or gives it back: the gate above looks at once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `running` asks for a look, whatever it is
  useEffect(() => void window.dispatchEvent(new Event("sluice:gate")), [running]);
  // A pasted link: its SQL opens in a tab of its own, its execution in the tab that is there.
  const begun = useRef<string | null>(null);
  useEffect(() => {
    const link = url.sql ?? url.copy;
    if (!drafts || !link || begun.current === link) return;
    begun.current = link;
    if (url.copy) void copyOf(url.copy);
    else if (url.sql) void setUrl({ sql: null, tab: store.open(url.warehouse, url.sql), execution: null });
  }, [drafts, url.sql, url.copy, url.warehouse, store, copyOf, setUrl]);
  useEffect(() => {
    if (draft && url.execution && !url.copy && runs.length === 0) show(draft.tab, [url.execution]);
  }, [draft, url.execution, url.copy, runs.length, show]);

  const run = async (statements: Statement[]) => {
    setSaid("");
    setExplained(null);
    if (!draft || !warehouse || submitting) return;
    if (statements.length === 0) return setSaid("Write a statement first.");
    const [only] = statements;
    const again = statements.length === 1 && runs.length === 1 && runs[0]?.statement?.text === only?.text;
    const bound = statements.map(({ text }) => parameters.bind(text));
    if (bound.includes(null)) return setSaid("A parameter's value does not fit: see its field.");
    const execution = await submit(draft.tab, warehouse.id, zone, statements, bound as Bound[]);
    if (execution) void setUrl({ execution, tab: draft.tab, warehouse: warehouse.name, ...(again ? {} : ANEW) });
  };
  const all = () => tools.splitStatements(editor.current?.text() ?? draft?.sql ?? "", engine);
  const chosen = (): Statement[] => {
    const selected = editor.current?.selectedText();
    if (selected) {
      return tools
        .splitStatements(selected.text, engine)
        .map((each) => ({ ...each, start: each.start + selected.start, end: each.end + selected.start }));
    }
    const one = statementAt(all(), editor.current?.cursor() ?? 0);
    return one ? [one] : [];
  };
  const estimate = useEstimate(warehouse?.id, draft?.sql ?? "", () => {
    const [statement] = chosen();
    return statement ? parameters.bind(statement.text) : null;
  });
  const explain = () => {
    const [statement] = chosen();
    if (!statement) return setSaid("Write a statement first.");
    const bound = parameters.bind(statement.text);
    if (!bound) return setSaid("A parameter's value does not fit: see its field.");
    setExplained(bound);
  };
  const format = async () => {
    if (!draft) return;
    setSaid("");
    try {
      editor.current?.replaceAll(await formatSql(editor.current.text(), engine));
    } catch {
      setSaid("This SQL could not be read, so it was left as it is.");
    }
  };
  const nightly = async (asked: string) => {
    const [statement] = chosen();
    setSaid(statement ? "" : "Write a statement first.");
    if (!draft || !statement) return;
    try {
      await store.saved(draft.tab);
      router.push(nightlyPath(draft.tab, asked, statement, parameters));
    } catch {
      setSaid("The server cannot be reached, so no pipeline was begun. What you wrote is kept in this browser.");
    }
  };
  const insert = (name: string) => {
    editor.current?.insert(name);
    setDrawer(null);
  };
  const select = (tab: string) => void setUrl({ ...ANEW, tab, execution: null });
  const closeTab = (gone: Draft) => {
    store.close(gone.tab);
    void loadEditor().then(({ forgetModel }) => forgetModel(gone.tab));
    if (gone.tab === draft?.tab) void setUrl({ ...ANEW, tab: null, execution: null });
  };

  if (noWarehouses) return <ProblemAlert title="The warehouses could not be read">{noWarehouses}</ProblemAlert>;
  if (warehouses?.length === 0) return <NoWarehouse admin={me.admin} />;
  if (!draft || !drafts) return <Skeleton height={400} />;
  const browser = (
    <SchemaBrowser
      engine={engine}
      warehouse={warehouse?.name ?? ""}
      {...{ catalog, loading }}
      problem={noCatalog}
      onRefresh={refresh}
      onInsert={insert}
    />
  );
  return (
    <div className={classes.page}>
      <h1 className="visually-hidden">Query</h1>
      {warehouse && <AboutWarehouse id={warehouse.id} />}
      <QueryBar
        {...{ keeping, running, stopping }}
        ready={Boolean(warehouse) && !submitting}
        onRun={() => void run(chosen())}
        onRunAll={() => void run(all())}
        onStop={() => void stop()}
        onFormat={() => void format()}
        onExplain={explain}
        onTables={() => setDrawer("tables")}
        onRecent={() => setDrawer("recent")}
        onSave={() => {
          const [statement] = chosen();
          setSaid(statement ? "" : "Write a statement first.");
          setSaving(statement?.text ?? null);
        }}
        onNightly={
          me.builds && warehouse && warehouse.name !== resultsWarehouse ? () => void nightly(warehouse.id) : undefined
        }
      >
        <WarehousePicker
          warehouses={warehouses ?? []}
          value={warehouse?.id}
          onChange={(id) => {
            store.change(draft.tab, { warehouse: id });
            void setUrl({ warehouse: warehouses?.find((each) => each.id === id)?.name ?? null });
          }}
        />
        <ZonePicker
          value={zone}
          own={me.timeZone}
          onChange={(next) => void setUrl({ zone: next === (me.timeZone ?? "UTC") ? null : next })}
        />
      </QueryBar>
      <div className={classes.body}>
        {!phone && (
          <aside className={classes.side} aria-label="Tables of this warehouse">
            {browser}
          </aside>
        )}
        <div className={classes.main}>
          <EditorTabs
            {...{ drafts, closed }}
            active={draft.tab}
            onSelect={select}
            onClose={closeTab}
            onOpen={() => select(store.open(warehouse?.id ?? null))}
            onReopen={(each) => select(store.reopen(each))}
            onRename={(tab, title) => store.change(tab, { title })}
            onMove={(tab, before) => store.move(tab, before)}
          />
          {/* An ended session is said above every page. */}
          {problem && !problem.signedOut && (
            <ProblemAlert title="It was not run">
              {[problem.message, ...problem.fields.map(({ message }) => message)].join(" ")}
            </ProblemAlert>
          )}
          {said && (
            <Text size="sm" role="status" py={4}>
              {said}
            </Text>
          )}
          <ParameterStrip tab={parameters} zone={zone} />
          <EstimateLine estimate={estimate} />
          <PanelGroup orientation="vertical" className={classes.panels}>
            <Panel defaultSize={phone ? "32" : "45"} minSize="80px">
              <SqlEditor
                tab={draft.tab}
                value={draft.sql}
                revision={revisions[draft.tab] ?? 0}
                {...{ complaints, completer }}
                onChange={(sql) => sql !== draft.sql && store.change(draft.tab, { sql })}
                onRun={() => void run(chosen())}
                onRunAll={() => void run(all())}
                onStop={() => void stop()}
                onFormat={() => void format()}
                onReady={(handle) => {
                  editor.current = handle;
                }}
              />
            </Panel>
            <Separator className={classes.handle} aria-label="Height of the editor" />
            <Panel minSize="120px">
              {explained && warehouse ? (
                <ExplainPanel warehouse={warehouse.id} bound={explained} onClose={() => setExplained(null)} />
              ) : runs.length > 0 || pinned ? (
                <RunTabs
                  {...{ runs, pinned }}
                  active={url.execution}
                  onSelect={(execution) => void setUrl({ ...ANEW, execution })}
                  onPin={setPinned}
                  onState={note}
                  onFind={(run) => editor.current?.show(complaintOf(run)[0])}
                />
              ) : (
                <FirstTime
                  blank={!draft.sql.trim()}
                  onExample={() => editor.current?.insert("select current_date as today, 42 as answer")}
                  onTables={() => setDrawer("tables")}
                />
              )}
            </Panel>
          </PanelGroup>
        </div>
      </div>
      <SaveDialog
        opened={saving !== null}
        title={draftTitle(all().length > 1 ? { title: "", sql: saving ?? "" } : draft)}
        sql={saving ?? ""}
        parameters={parameters.of(saving ?? "")}
        warehouse={warehouse?.id}
        onClose={() => setSaving(null)}
        onSaved={(query) => router.push(`/queries/${query.id}`)}
      />
      <Drawer opened={drawer === "tables"} onClose={() => setDrawer(null)} title="Tables" size="90%">
        <div style={{ height: "80dvh" }}>{browser}</div>
      </Drawer>
      <Drawer
        opened={drawer === "recent"}
        onClose={() => setDrawer(null)}
        title="Your recent runs"
        position="right"
        size="lg"
      >
        {drawer === "recent" && (
          <RecentRuns
            onOpen={(id) => {
              setDrawer(null);
              void copyOf(id);
            }}
          />
        )}
      </Drawer>
    </div>
  );
}
