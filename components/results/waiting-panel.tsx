import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { IconClock, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { countText, durationText } from "./durations";
import { type ExecutionView, isFinished } from "./execution-view";
import { request } from "./request";
import { useElapsed } from "./use-row-source";

/** While it waits: place and reason; while it runs: rows so far, elapsed time, stop. */
export function WaitingPanel({ view, compact }: { view: ExecutionView; compact?: boolean }) {
  const running = view.state === "running";
  const since = Date.parse((running ? view.startedAt : view.submittedAt) ?? new Date().toISOString());
  const elapsed = useElapsed(true, since) ?? 0;
  return (
    <Group
      gap={12}
      p={compact ? 4 : 16}
      justify={compact ? "flex-start" : "center"}
      wrap="wrap"
      role="status"
      aria-live="polite"
    >
      {running ? <Loader size={16} color="blue" /> : <IconClock size={18} aria-hidden />}
      <Stack gap={0}>
        <Text size="sm">{running ? runningText(view) : waitingText(view)}</Text>
        {!running && view.waiting?.reason && (
          <Text size="xs" c="dimmed">
            {view.waiting.reason}
          </Text>
        )}
      </Stack>
      <Text size="sm" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }} aria-hidden>
        {durationText(elapsed)}
      </Text>
      <StopButton view={view} />
    </Group>
  );
}

function runningText(view: ExecutionView): string {
  return view.rowCount
    ? `Running on ${view.warehouse?.name ?? "the warehouse"}: ${countText(view.rowCount, "row")} so far`
    : `Running on ${view.warehouse?.name ?? "the warehouse"}`;
}

function waitingText({ waiting, warehouse }: ExecutionView): string {
  const name = warehouse?.name ?? "the warehouse";
  if (!waiting?.position) return `Waiting for ${name}`;
  const estimate = waiting.estimateSeconds ? `, about ${durationText(waiting.estimateSeconds * 1_000)}` : "";
  return `${ordinal(waiting.position)} in line for ${name}${estimate}`;
}

function ordinal(position: number): string {
  const suffix = { one: "st", two: "nd", few: "rd", other: "th", zero: "th", many: "th" };
  return `${position}${suffix[new Intl.PluralRules("en", { type: "ordinal" }).select(position)]}`;
}

/** Says "Stopping" until the warehouse has confirmed that nothing runs any more. */
export function StopButton({ view }: { view: ExecutionView }) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (isFinished(view)) return null;
  const stop = async () => {
    setAsked(true);
    setProblem(null);
    try {
      await request(`/api/v1/executions/${view.id}/cancel`, { method: "POST", body: {} });
    } catch (error) {
      setAsked(false);
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlayerStop size={14} />}
        disabled={asked}
        onClick={() => void stop()}
      >
        {asked ? "Stopping" : "Stop"}
      </Button>
      {problem && (
        <Text size="xs" c="red" role="alert">
          {problem}
        </Text>
      )}
    </>
  );
}
