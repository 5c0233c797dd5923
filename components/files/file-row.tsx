"use client";

import { Group, Skeleton, TextInput } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import classes from "@/components/files/files.module.css";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Confirm } from "@/components/ui/confirm";
import { LinkButton } from "@/components/ui/link-button";
import { ProblemAlert } from "@/components/ui/problem-alert";
import { size } from "@/components/ui/size";
import { RelativeTime } from "@/components/ui/time";
import { useAction } from "@/components/ui/use-action";
import { useRest } from "@/components/ui/use-rest";
import { tableQueryPath } from "@/lib/tables/schema";
import type { UploadItem, UploadView } from "@/lib/uploads/schema";

interface Props {
  item: UploadItem;
  open: boolean;
  onTurn: () => void;
}

export function FileRow({ item, open, onTurn }: Props) {
  const Chevron = open ? IconChevronDown : IconChevronRight;
  const archive = item.format === "archive";
  return (
    <li className={classes.item}>
      <div className={classes.row}>
        <button type="button" className={classes.name} aria-expanded={open} onClick={onTurn}>
          <Chevron size={14} aria-hidden />
          <span>{item.name}</span>
        </button>
        <span className={classes.meta} title={item.fileName}>
          {item.fileName}
        </span>
        <span className={classes.number}>{archive ? "archive" : `${item.rows.toLocaleString()} rows`}</span>
        <span className={classes.number}>{size(item.bytes)}</span>
        <span className={classes.meta}>
          <RelativeTime at={item.createdAt} />
        </span>
        {archive ? null : (
          <LinkButton href={tableQueryPath("files", item.name)} variant="default" size="xs">
            Query it
          </LinkButton>
        )}
      </div>
      {open ? archive ? <ArchiveDetails item={item} /> : <TableDetails item={item} /> : null}
    </li>
  );
}

function ArchiveDetails({ item }: { item: UploadItem }) {
  return (
    <div className={classes.details}>
      <div className={classes.hint}>
        An archive, kept as it came: no table, but what a pipeline’s stage may be given, such as the project of “dbt
        project”. To query a table in it, unpack it and upload the table.
      </div>
      <Changes item={item} label="Name" lost="Pipelines that name it fail." />
    </div>
  );
}

function TableDetails({ item }: { item: UploadItem }) {
  const { data, problem, reload } = useRest<UploadView>(`/uploads/${item.id}`);
  return (
    <div className={classes.details}>
      {problem ? (
        <ProblemAlert title="The file's rows could not be read" onRetry={reload}>
          {problem.message}
        </ProblemAlert>
      ) : null}
      {!data && !problem ? <Skeleton height={160} /> : null}
      {data ? <FirstRows view={data} /> : null}
      <Changes
        item={item}
        label="Name in SQL"
        lost={`Its ${item.rows.toLocaleString()} rows go, and queries that name it fail. Results that were drawn from it stay.`}
      />
    </div>
  );
}

function Changes({ item, label, lost }: { item: UploadItem; label: string; lost: string }) {
  return (
    <Group gap="sm" align="flex-end" mt="sm">
      <Rename item={item} label={label} />
      <Confirm
        label="Remove"
        verb={`Remove “${item.name}”`}
        onConfirm={() => api("DELETE", `/uploads/${item.id}`)}
        variant="default"
      >
        {lost}
      </Confirm>
    </Group>
  );
}

function Rename({ item, label }: { item: UploadItem; label: string }) {
  const [name, setName] = useState(item.name);
  const { run, busy, problem } = useAction();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void run(() => api("PATCH", `/uploads/${item.id}`, { name }));
  };
  return (
    <form onSubmit={onSubmit} className={classes.rename}>
      <TextInput
        label={label}
        size="xs"
        value={name}
        error={problem?.byField.name ?? problem?.message}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {name.trim() && name !== item.name ? (
        <BusyButton type="submit" variant="default" size="xs" loading={busy}>
          Rename
        </BusyButton>
      ) : null}
    </form>
  );
}

function FirstRows({ view }: { view: UploadView }) {
  const { columns, preview, rows } = view;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} aria-label={`First rows of ${view.name}`} tabIndex={0}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ name, type }) => (
              <th key={name}>
                {name}
                <span className={classes.type}>{type}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.map((cells, r) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other name
            <tr key={r}>
              {columns.map(({ name }, c) => (
                <td key={name}>{cells[c] ?? <span className={classes.null}>null</span>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows > preview.length ? (
        <div className={classes.hint}>
          The first {preview.length} of {rows.toLocaleString()} rows
        </div>
      ) : null}
    </section>
  );
}
