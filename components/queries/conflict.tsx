"use client";

import { Changes } from "@/components/queries/versions";
import { ConflictAlert } from "@/components/ui/conflict-alert";
import type { QueryText } from "@/lib/queries/schema";

export interface Conflict {
  message: string;
  base: QueryText & { version: number };
  current: QueryText & { version: number; author: string };
}

interface Props {
  conflict: Conflict;
  mine: QueryText;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}

/** Two people changed one query: what each did, and which text stands in the form. Neither is gone. */
export function ConflictNotice({ conflict, mine, onSaveMine, onTakeTheirs }: Props) {
  const { base, current, message } = conflict;
  return (
    <>
      <ConflictAlert
        title={`${current.author} saved version ${current.version} meanwhile`}
        message={message}
        save={`Save mine as version ${current.version + 1}`}
        onSaveMine={onSaveMine}
        onTakeTheirs={onTakeTheirs}
      />
      <h2 style={{ margin: "16px 0 8px" }}>What {current.author} changed</h2>
      <Changes before={base} after={current} />
      <h2 style={{ margin: "16px 0 8px" }}>What yours would change in theirs</h2>
      <Changes before={current} after={mine} />
    </>
  );
}
