"use client";

import { Skeleton } from "@mantine/core";
import dynamic from "next/dynamic";
import { useMemo } from "react";
import classes from "@/components/pipelines/pipelines.module.css";
import type { Problem } from "@/lib/pipelines/schema";

const CodeEditor = dynamic(() => import("@/components/editor/code-editor"), {
  ssr: false,
  loading: () => <Skeleton height={480} />,
});

interface Props {
  text: string;
  problems: Problem[];
  readOnly: boolean;
  onChange: (text: string) => void;
}

/** The same pipeline as text: what the form writes stands here, and what is written here the form shows. */
export function YamlTab({ text, problems, readOnly, onChange }: Props) {
  const marks = useMemo(
    () =>
      problems.flatMap(({ line, column, message, fix, severity }) =>
        line ? [{ line, column: column ?? 1, message: `${message} ${fix}`, severity }] : [],
      ),
    [problems],
  );
  return (
    <div className={classes.yaml}>
      <CodeEditor
        label="Pipeline as YAML"
        language="yaml"
        value={text}
        heights={[480, 1600]}
        marks={marks}
        readOnly={readOnly}
        onChange={onChange}
      />
      {readOnly ? null : <p className={classes.summary}>Tab indents; after Escape it leaves the text.</p>}
    </div>
  );
}
