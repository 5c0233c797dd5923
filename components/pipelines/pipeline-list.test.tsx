import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { healthWords, PipelineList } from "@/components/pipelines/pipeline-list";
import type { PipelineItem } from "@/lib/pipelines/schema";

/** Newest first. */
const runs = (...states: string[]): PipelineItem["runs"] =>
  states.map((state, index) => {
    const [createdAt, ended] = [`2026-11-2${index}T06:00:00.000Z`, `2026-11-2${index}T06:07:00.000Z`];
    return { id: `r${index}`, state, createdAt, finishedAt: state === "running" ? null : ended };
  });

it("says how the latest run ended, and how often it failed since it last did not", () => {
  const words = (...states: string[]) => healthWords({ runs: runs(...states) });
  expect(words()).toBe("Never ran");
  expect(words("queued", "failed")).toBe("Waiting to run");
  expect(words("running", "failed")).toBe("Running");
  expect(words("cancelled", "failed")).toBe("Cancelled");
  expect(words("succeeded", "succeeded", "failed")).toBe("Succeeded");
  expect(words("failed")).toBe("Failed");
  expect(words("failed", "succeeded", "failed")).toBe("Failed");
  expect(words("failed", "failed", "failed", "succeeded", "failed")).toBe("Failed 3 times in a row");
  expect(words("failed", "failed")).toBe("Failed 2 times in a row");
  // What was cancelled between them neither failed nor got any better.
  expect(words("failed", "cancelled", "failed", "succeeded")).toBe("Failed 2 times in a row");
});

/** The row of one pipeline as it is first drawn, when times are exact and in UTC. */
function row(of: Partial<PipelineItem>): string {
  const item: PipelineItem = {
    ...{ id: "p", name: "sales", title: null, url: "/pipelines/sales", version: 1, source: null, archivedAt: null },
    ...{ createdAt: "2026-11-01T00:00:00.000Z", updatedAt: "2026-11-01T00:00:00.000Z", nextAt: null, paused: false },
    ...{ owner: { user: { id: "u", name: "Ana" }, team: null }, runs: [], may: { edit: true, run: true }, ...of },
  };
  return renderToStaticMarkup(
    <MantineProvider>
      <PipelineList items={[item]} />
    </MantineProvider>,
  );
}
/** What a reader reads of it. */
const read = (drawn: string) =>
  drawn
    .replace(/<style.*?<\/style>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

it("marks the latest runs, oldest first, and says when the latest was", () => {
  const drawn = row({ runs: runs("failed", "cancelled", "succeeded") });
  expect([...drawn.matchAll(/<span data-state="(\w+)"/g)].map(([, state]) => state)).toEqual([
    "succeeded",
    "cancelled",
    "failed",
  ]);
  expect(drawn).toMatch(/<svg[^>]+role="img" aria-label="Failed"/);
  expect(drawn).toContain('data-failed="true"');
  expect(read(drawn)).toContain("Failed, 20 Nov 2026, 06:07:00 UTC");
  // Of one that goes on, when it began.
  expect(read(row({ runs: runs("running") }))).toContain("Running, 20 Nov 2026, 06:00:00 UTC");
  const never = row({});
  expect(never).not.toMatch(/data-state|data-failed="true"|<time/);
  expect(read(never)).toContain("Never ran by hand");
});

it("says when it runs next, that it is paused, or that nobody but people starts it", () => {
  const nextAt = "2026-11-24T06:00:00.000Z";
  expect(read(row({ nextAt }))).toContain("next 24 Nov 2026, 06:00:00 UTC");
  expect(read(row({ paused: true }))).toContain(" paused ");
  // One of its schedules is paused, another is not.
  expect(read(row({ nextAt, paused: false }))).not.toContain("paused");
  expect(read(row({}))).toContain(" by hand ");
});

it("is called by its title, and says whose it is: its team's before its owner's", () => {
  expect(read(row({}))).toMatch(/ sales .* Ana /);
  const team = { id: "t", name: "Growth" };
  const drawn = row({ title: "Sales of the day", owner: { user: { id: "u", name: "Ana" }, team } });
  expect(read(drawn)).toMatch(/ Sales of the day .* Growth /);
  expect(drawn).toContain('href="/pipelines/sales"');
});
