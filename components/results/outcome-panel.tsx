import { Alert, Code, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconArchive, IconBan } from "@tabler/icons-react";
import type { ExecutionView } from "./execution-view";

const PLAIN: Record<string, string> = {
  timeout: "The query ran longer than this warehouse allows.",
  connection: "The warehouse could not be reached.",
  write_refused: "Queries here can read but not write.",
  several_commands: "One execution is one statement. Use “Run all” for several.",
  storage: "The result could not be stored.",
  worker_lost: "The process that ran this query ended. Nothing was changed in the warehouse; run it again.",
};

/** What ended an execution that has no rows to show. */
export function OutcomePanel({ view }: { view: ExecutionView }) {
  if (view.expired) {
    return (
      <Alert icon={<IconArchive size={18} />} color="gray" title="The rows were removed">
        Removed on {new Date(view.expired.at).toLocaleString()}
        {view.expired.by ? ` by ${view.expired.by}` : ""}. The SQL, its parameters and counts are kept. Run it again to
        see today's rows.
      </Alert>
    );
  }
  if (view.state === "cancelled") {
    return (
      <Alert icon={<IconBan size={18} />} color="gray" title="Cancelled">
        {view.stopReason ?? "It was stopped before it ended."} Nothing of it runs in the warehouse any more.
      </Alert>
    );
  }
  const { error } = view;
  const plain = error ? PLAIN[error.code] : undefined;
  return (
    <Alert icon={<IconAlertTriangle size={18} />} color="red" title="Failed" role="alert">
      <Stack gap={6}>
        {plain && <Text size="sm">{plain}</Text>}
        <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {error?.message ?? "No reason was given."}
        </Code>
        {error?.hint && <Text size="sm">Hint: {error.hint}</Text>}
        <Text size="xs" c="dimmed">
          {error?.line ? `Line ${error.line}, column ${error.column ?? 1} · ` : ""}
          {error?.code}
        </Text>
      </Stack>
    </Alert>
  );
}
