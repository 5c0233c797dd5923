"use client";

import { Button, Menu, SegmentedControl, TextInput, useMantineColorScheme } from "@mantine/core";
import { IconClock } from "@tabler/icons-react";
import { type ReactNode, useState, useTransition } from "react";
import { BusyButton } from "@/components/ui/busy-button";
import { Confirm } from "@/components/ui/confirm";
import { ConflictAlert } from "@/components/ui/conflict-alert";
import { Dialog } from "@/components/ui/dialog";
import { DialogActions } from "@/components/ui/dialog-actions";
import { ago, duration } from "@/components/ui/duration";
import { Empty } from "@/components/ui/empty";
import { FilterBar } from "@/components/ui/filter-bar";
import { FilterFold } from "@/components/ui/filter-fold";
import { GateState } from "@/components/ui/gate-state";
import { IconButton } from "@/components/ui/icon-button";
import { LinkButton } from "@/components/ui/link-button";
import { Markdown } from "@/components/ui/markdown";
import { MoreMenu } from "@/components/ui/more-menu";
import { NotIsolated } from "@/components/ui/not-isolated";
import { PageHead } from "@/components/ui/page-head";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { Refusal } from "@/components/ui/refusal";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
import { ShownOnce } from "@/components/ui/shown-once";
import { size } from "@/components/ui/size";
import { SqlBlock } from "@/components/ui/sql-block";
import { StateBadge, StateIcon } from "@/components/ui/state";
import { StateWord } from "@/components/ui/state-word";
import { SubmitButton } from "@/components/ui/submit-button";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";

const states = [
  "queued",
  "running",
  "cancelling",
  "succeeded",
  "failed",
  "cancelled",
  "waiting",
  "skipped",
  "lost",
  "a state of tomorrow",
];
const words = ["open", "full", "paused", "expired", "deactivated"] as const;
const colours = ["accent", "text", "dimmed", "failed", "late", "succeeded", "running"];
const long =
  "A name that is far longer than anyone would think reasonable, and has_no_place_to_break_it_either_for_long";

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section style={{ padding: "16px 0", borderTop: "1px solid var(--sl-line)" }}>
      <h2 style={{ marginBottom: 12 }}>{title}</h2>
      <div style={{ display: "flex", flexWrap: "wrap", gap: 16, alignItems: "flex-start" }}>{children}</div>
    </section>
  );
}

export function Design({ now }: { now: string }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [refused, setRefused] = useState(true);
  const [busy, setBusy] = useState(false);
  const [dialog, setDialog] = useState(false);
  const [, startTransition] = useTransition();
  const work = () => {
    setBusy(true);
    setTimeout(() => setBusy(false), 1_000);
  };
  const before = (seconds: number) => new Date(Date.parse(now) - seconds * 1000).toISOString();
  const gate = { slots: 8, slotsNow: 8, running: 3, waiting: 0, paused: false, reason: null };
  return (
    <main style={{ maxWidth: 960, margin: "0 auto", padding: 24 }}>
      <PageHead title="Design" note="Components of our own, in all their states. Everything else is Mantine's.">
        <SegmentedControl
          size="xs"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as "light" | "dark" | "auto")}
          data={["light", "dark", "auto"]}
        />
      </PageHead>
      <Part title="Markdown">
        <Markdown
          text={"# Heading\nWords with `code`, **weight** and [a link](/). <b>HTML</b> stays text.\n- one\n- two"}
        />
      </Part>
      <Part title="Colours of text">
        {colours.map((name) => (
          <span key={name} style={{ color: `var(${variable(name)})`, fontWeight: 500 }}>
            {name}
          </span>
        ))}
      </Part>
      <Part title="States of an execution">
        {states.map((state) => (
          <StateBadge key={state} state={state} />
        ))}
        {states.map((state) => (
          <StateIcon key={state} state={state} />
        ))}
      </Part>
      <Part title="States of other things">
        {words.map((look) => (
          <StateWord key={look} look={look} />
        ))}
      </Part>
      <Part title="Where a stage runs">
        <NotIsolated />
        <NotIsolated perhaps />
      </Part>
      <Part title="Gate">
        <GateState gate={gate} />
        <GateState gate={{ ...gate, running: 8, waiting: 1204 }} />
        <GateState gate={{ ...gate, paused: true, reason: "Loading March again until 10:00" }} />
        <GateState gate={{ ...gate, slotsNow: 3 }} />
        <GateState gate={gate} brief />
      </Part>
      <Part title="Who and when">
        <Who name="Ana Lima" />
        <span style={{ width: 160, display: "inline-flex", whiteSpace: "nowrap" }}>
          <Who name={long} />
        </span>
        {[3, 45, 240, 7200, 86_400, 8_000_000].map((seconds) => (
          <RelativeTime key={seconds} at={before(seconds)} />
        ))}
        <ExactTime at={now} />
        <span>{[240, 1400, 192_000, 7_500_000].map(duration).join(" · ")}</span>
        <span>{ago(-7_200_000)}</span>
        <span>{[312, 1_228_800, 48e9].map(size).join(" · ")}</span>
      </Part>
      <Part title="Rows of a list">
        <div style={{ flex: 1, ["--columns" as string]: "minmax(0, 1fr) minmax(0, 1fr) 104px" }}>
          <Rows
            items={[
              { id: "a", name: "Daily learners", note: "by its schedule", failed: false },
              { id: "b", name: long, note: `Failed: ${long}`, failed: true },
            ]}
            label="Rows of a list"
            className={undefined}
            hrefOf={() => "/design"}
          >
            {({ name, note, failed }) => (
              <>
                <RowTitle name={name} />
                <RowMeta failed={failed}>{note}</RowMeta>
                <RowMeta end>
                  <RelativeTime at={now} focusable={false} />
                </RowMeta>
              </>
            )}
          </Rows>
        </div>
      </Part>
      <Part title="Nothing there">
        <Empty title="You have no tokens" action={<Button variant="default">Make one</Button>}>
          A program needs one to call the REST API as you.
        </Empty>
        <Empty title="Nothing that was recorded fits" />
      </Part>
      <Part title="Something is wrong">
        <ProblemAlert title="Could not be read" onRetry={() => undefined}>
          Sluice did not answer. Check your network, then try again.
        </ProblemAlert>
        <ProblemAlert title={long} />
        <ConflictAlert
          title="Ana Lima changed this board meanwhile"
          message="Yours is not saved yet."
          save="Save mine on top"
          onSaveMine={() => undefined}
          onTakeTheirs={() => undefined}
        />
        <Refusal>{refused ? "This is the last admin. Make somebody else an admin first." : undefined}</Refusal>
        <TextInput label="Name" defaultValue="demo" error={'There is a warehouse called "demo" already.'} />
        <Button variant="default" onClick={() => setRefused(!refused)}>
          Turn the refusal
        </Button>
      </Part>
      <Part title="Buttons that lead or ask">
        <LinkButton href="/design">A link</LinkButton>
        <LinkButton href="/design" variant="default">
          A quiet link
        </LinkButton>
        <Confirm label="Revoke" verb="Revoke the token “nightly”" onConfirm={async () => undefined}>
          Programs that use it are refused at once.
        </Confirm>
        <Confirm
          label="Delete"
          verb="A thing that is refused"
          onConfirm={async () => {
            throw new Error("refused");
          }}
        >
          It stays open and says why.
        </Confirm>
        <Button variant="default" onClick={() => setDialog(true)}>
          Open a window
        </Button>
        <IconButton label="Tell the time" onClick={() => undefined}>
          <IconClock size={16} />
        </IconButton>
        <IconButton label="Tell the time" hint="It cannot be told now" disabled onClick={() => undefined}>
          <IconClock size={16} />
        </IconButton>
        <MoreMenu>
          <Menu.Item>Make a copy of my own</Menu.Item>
          <Menu.Item c="var(--sl-failed)">Delete</Menu.Item>
        </MoreMenu>
        <Dialog opened={dialog} onClose={() => setDialog(false)} title={long} centered>
          Over the page, until Escape.
          <form
            onSubmit={(event) => {
              event.preventDefault();
              work();
            }}
          >
            <DialogActions refusal="This was refused." busy={busy} onCancel={() => setDialog(false)} />
          </form>
        </Dialog>
      </Part>
      <Part title="Buttons that work a while (the focus stays on them)">
        <BusyButton>Idle</BusyButton>
        <BusyButton loading>Busy</BusyButton>
        <BusyButton disabled>Disabled</BusyButton>
        <BusyButton variant="default" loading={busy} onClick={work}>
          Work for a second
        </BusyButton>
        <SubmitButton>Save</SubmitButton>
      </Part>
      <Part title="Shown to be taken along">
        <div style={{ flex: "1 1 360px" }}>
          <ShownOnce label="Token" value="slc_3f9a7c41e2" note="Copy it now: nobody can show it again." />
        </div>
        <div style={{ flex: "1 1 360px" }}>
          <SqlBlock sql={"revoke execute on function\n  pg_catalog.pg_cancel_backend(integer) from public;"} />
        </div>
      </Part>
      <Part title="Filters (one button on a phone)">
        <FilterFold set={2}>
          <TextInput label="Action begins with" defaultValue="warehouse." />
        </FilterFold>
        <FilterBar
          label="Find a thing"
          words={{ label: "Name contains", placeholder: "events" }}
          filters={[
            { kind: "choice", name: "kind", label: "Kind", choices: ["table", "view"] },
            { kind: "date", name: "from", label: "From" },
            { kind: "check", name: "mine", label: "Mine only" },
          ]}
          place="after"
          startTransition={startTransition}
        />
      </Part>
    </main>
  );
}

function variable(name: string): string {
  if (name === "accent") return "--mantine-color-anchor";
  return ["text", "dimmed"].includes(name) ? `--mantine-color-${name}` : `--sl-${name}`;
}
