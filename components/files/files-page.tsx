"use client";

import { parseAsString, useQueryState } from "nuqs";
import { FileDrop } from "@/components/files/file-drop";
import { FileRow } from "@/components/files/file-row";
import classes from "@/components/files/files.module.css";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import type { UploadItem } from "@/lib/uploads/schema";

interface Props {
  items: UploadItem[];
  next: string | null;
}

/** A person's own files: tables to query, and archives for stages. */
export function FilesPage({ items, next }: Props) {
  const [open, setOpen] = useQueryState("file", parseAsString);
  return (
    <div className={classes.page}>
      <PageHead
        title="Files"
        note="Tables of your own, to be joined with results of every warehouse, and archives for your pipelines. Nobody else sees them."
      >
        <LinkButton href="/files/kept" variant="default">
          Kept by pipelines
        </LinkButton>
        <LinkButton href="/tables" variant="default">
          Tables
        </LinkButton>
      </PageHead>
      <FileDrop onUploaded={(id) => void setOpen(id)} />
      {items.length === 0 ? (
        <Empty title="You have no files yet">
          Upload one, and ask it like a table: select * from files.&quot;its name&quot;
        </Empty>
      ) : (
        <ul className={classes.list} aria-label="Your files">
          {items.map((item) => (
            <FileRow
              key={item.id}
              item={item}
              open={item.id === open}
              onTurn={() => void setOpen(item.id === open ? null : item.id)}
            />
          ))}
        </ul>
      )}
      {next ? (
        <LinkButton href={next} variant="default" mt="sm">
          Older files
        </LinkButton>
      ) : null}
    </div>
  );
}
