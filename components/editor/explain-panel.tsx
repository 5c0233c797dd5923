import { CloseButton, Code, Group, Loader, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { api } from "@/components/ui/api";
import { ProblemAlert } from "@/components/ui/problem-alert";
import type { Bound } from "./use-parameters";

/** The engine's plan for a statement, which is not run. */
export function ExplainPanel({ warehouse, bound, onClose }: { warehouse: string; bound: Bound; onClose: () => void }) {
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    setText(null);
    setProblem(null);
    api<{ text: string }>("POST", `/warehouses/${warehouse}/explain`, bound, { signal: controller.signal })
      .then((answer) => setText(answer.text))
      .catch((error: Error) => error.name !== "AbortError" && setProblem(error.message));
    return () => controller.abort();
  }, [warehouse, bound]);
  return (
    <section aria-label="Plan" style={{ height: "100%", overflow: "auto" }}>
      <Group justify="space-between" h={30}>
        <Text size="sm" fw={600}>
          Plan
        </Text>
        <CloseButton size="sm" aria-label="Close the plan" onClick={onClose} />
      </Group>
      {problem && <ProblemAlert title="There is no plan for it">{problem}</ProblemAlert>}
      {text === null && !problem && (
        <Group gap={8}>
          <Loader size={14} /> <Text size="sm">Asking the warehouse for its plan</Text>
        </Group>
      )}
      {text !== null && <Code block>{text}</Code>}
      {text !== null && /\(cost=\d/.test(text) && (
        <Text size="xs" c="dimmed" mt={4}>
          “cost” is the planner’s own measure of work, neither seconds nor money: 1 is as much as reading 8 kB of a
          table in order. Its first number is the work before the first row, its second that up to the last; “rows” is
          how many it expects.
        </Text>
      )}
    </section>
  );
}
