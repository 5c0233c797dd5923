"use client";

import { Code } from "@mantine/core";
import { useEffect } from "react";
import { ProblemAlert } from "@/components/ui/problem-alert";

interface Props {
  /** `digest` is the reference under which the server's log has the cause. */
  error: Error & { digest?: string };
  retry: () => void;
}

/** A page that could not be drawn. The frame around it goes on working. */
export function PageFailed({ error, retry }: Props) {
  useEffect(() => console.error(error), [error]);
  return (
    <ProblemAlert title="This page could not be shown" onRetry={retry}>
      The fault is ours, and nothing you stored is lost. Try again in a moment; if it goes on, tell an admin
      {error.digest ? (
        <>
          {" "}
          this reference: <Code>{error.digest}</Code>
        </>
      ) : (
        " what you did"
      )}
      .
    </ProblemAlert>
  );
}
