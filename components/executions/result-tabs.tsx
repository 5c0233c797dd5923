"use client";

import { Skeleton, UnstyledButton } from "@mantine/core";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { createParser, parseAsStringLiteral, useQueryStates } from "nuqs";
import { type KeyboardEvent, useState } from "react";
import classes from "@/components/executions/result-view.module.css";
import type { ChartSpecInput, SavedDrawing } from "@/lib/charts/schema";
import type { ExecutionView } from "@/lib/executions/schema";

const tabs = ["table", "chart", "profile"] as const;
type Tab = (typeof tabs)[number];
const words: Record<Tab, string> = { table: "Table", chart: "Chart", profile: "Profile" };

const Rows = dynamic(() => import("@/components/results/rows").then((module) => module.Rows), {
  loading: () => <Skeleton height="100%" mih={260} radius={6} />,
});

const ChartTab = dynamic(() => import("@/components/charts/chart-tab").then((module) => module.ChartTab), {
  loading: () => <Skeleton height="100%" mih={260} radius={6} />,
});

const ProfileTab = dynamic(() => import("@/components/profile/profile-tab").then((module) => module.ProfileTab), {
  loading: () => <Skeleton height="100%" mih={260} radius={6} />,
});

/** Checked by the server, which says what is wrong with it. */
const specParser = createParser<ChartSpecInput>({
  parse: (text) => {
    try {
      const value: unknown = JSON.parse(text);
      return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as ChartSpecInput) : null;
    } catch {
      return null;
    }
  },
  serialize: (spec) => JSON.stringify(spec),
  eq: (a, b) => JSON.stringify(a) === JSON.stringify(b),
});

const parsers = { tab: parseAsStringLiteral(tabs), chart: specParser };

interface Props {
  view: ExecutionView;
  inUrl: boolean;
  maySave: boolean;
  /** A chart that was saved of it: the answer then begins as that chart. */
  saved?: SavedDrawing | undefined;
}

/** One result as rows, as a chart, or column by column; which one, and what it draws, is in the URL of its page. */
export function ResultTabs({ view, inUrl, maySave, saved }: Props) {
  const [fromUrl, setUrl] = useQueryStates(parsers, { history: "push" });
  const [local, setLocal] = useState<{ tab: Tab | null; chart: ChartSpecInput | null }>({ tab: null, chart: null });
  const { tab, chart } = inUrl ? fromUrl : local;
  const address = useSearchParams();
  // Who was led to some of the rows is to see those.
  const first: Tab =
    saved && !(inUrl && ["sort", "filter", "search"].some((name) => address.has(name))) ? "chart" : "table";
  const change = (patch: Partial<typeof local>) => {
    if (inUrl) void setUrl(patch);
    else setLocal((last) => ({ ...last, ...patch }));
  };
  // A running statement has its first rows only: a chart of those would be a wrong one.
  const complete = view.state === "succeeded";
  const shown = complete ? (tab ?? first) : "table";
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = step === 0 ? undefined : tabs[(tabs.indexOf(shown) + step + tabs.length) % tabs.length];
    if (!next || !complete) return;
    change({ tab: next });
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${next}"]`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label="Ways to look at the result" className={classes.tabs} onKeyDown={onKeyDown}>
        {tabs.map((one) => (
          <UnstyledButton
            key={one}
            role="tab"
            id={`${view.id}-tab-${one}`}
            aria-controls={`${view.id}-panel`}
            aria-selected={shown === one}
            tabIndex={shown === one ? 0 : -1}
            data-tab={one}
            disabled={!complete && one !== "table"}
            className={classes.tab}
            onClick={() => change({ tab: one })}
          >
            {words[one]}
          </UnstyledButton>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${view.id}-panel`}
        aria-labelledby={`${view.id}-tab-${shown}`}
        className={classes.panel}
      >
        {shown === "table" ? <Rows view={view} inUrl={inUrl} /> : null}
        {shown === "profile" ? <ProfileTab executionId={view.id} columns={view.columns?.length ?? 0} /> : null}
        {shown === "chart" ? (
          <ChartTab
            view={view}
            spec={chart ?? saved?.spec ?? null}
            settled={!chart && saved !== undefined}
            drawn={!chart && saved?.of === view.id ? saved.view : null}
            maySave={maySave}
            onSpec={(spec) => change({ chart: compactSpec(spec) })}
          />
        ) : null}
      </div>
    </>
  );
}

/** Without what has its usual value, so that the address stays readable. */
function compactSpec(spec: ChartSpecInput): ChartSpecInput {
  const usual: Record<string, unknown> = {
    bucket: "auto",
    other: true,
    stack: "none",
    horizontal: false,
    sort: "size",
    gaps: "gap",
  };
  const kept = Object.entries(spec).filter(([name, value]) => {
    if (value === undefined || usual[name] === value) return false;
    return !(typeof value === "object" && value !== null && Object.keys(value).length === 0);
  });
  return Object.fromEntries(kept) as ChartSpecInput;
}
