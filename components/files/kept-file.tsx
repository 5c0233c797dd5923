"use client";

import { Button, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import classes from "@/components/files/kept.module.css";
import { useRefused } from "@/components/layout/rights";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { size } from "@/components/ui/size";
import { ExactTime, RelativeTime } from "@/components/ui/time";
import type { StoredFileView } from "@/lib/files/schema";

/** A file that a pipeline keeps: what it is, what put it there, and the file itself. */
export function KeptFile({ file }: { file: StoredFileView }) {
  const router = useRouter();
  const refused = useRefused("download");
  const name = file.path.split("/").at(-1) ?? file.path;
  return (
    <div className={classes.page}>
      <PageHead
        title={name}
        note={
          <>
            Kept by <Link href={`/pipelines/${file.pipeline}`}>{file.pipeline}</Link>,{" "}
            <RelativeTime at={file.updatedAt} />. Its next run may put a newer one here.
          </>
        }
      >
        <LinkButton href="/files/kept" variant="default">
          All kept files
        </LinkButton>
        {refused ? (
          <Button disabled leftSection={<IconDownload size={14} aria-hidden />} aria-describedby="why-no-download">
            Download, {size(file.bytes)}
          </Button>
        ) : (
          <Button
            component="a"
            href={`/api/v1/files/${file.id}/download`}
            download
            leftSection={<IconDownload size={14} aria-hidden />}
          >
            Download, {size(file.bytes)}
          </Button>
        )}
      </PageHead>
      {refused ? (
        <Text id="why-no-download" c="dimmed" mb="sm">
          {refused}
        </Text>
      ) : null}
      <dl className={classes.facts}>
        <dt>Path</dt>
        <dd>{file.path}</dd>
        <dt>Format</dt>
        <dd>{formats[file.format]}</dd>
        <dt>Rows</dt>
        <dd>{file.rows === null ? "not counted" : file.rows.toLocaleString("en")}</dd>
        <dt>Size</dt>
        <dd>{size(file.bytes)}</dd>
        <dt>Put there</dt>
        <dd>
          <ExactTime at={file.updatedAt} /> by the stage {file.stage} of{" "}
          <Link href={`/runs/${file.run}?stage=${encodeURIComponent(file.stage)}`}>this run</Link>
        </dd>
        <dt>SHA-256</dt>
        <dd className={classes.sum}>{file.sha256}</dd>
      </dl>
      {file.mayRemove ? (
        <Confirm
          label="Remove"
          verb={`Remove ${name}`}
          variant="default"
          onConfirm={async () => {
            await api("DELETE", `/files/${file.id}`);
            router.push("/files/kept");
          }}
        >
          Links to it that were mailed open no more. The next run of the pipeline puts it there again.
        </Confirm>
      ) : null}
    </div>
  );
}

export const formats: Record<StoredFileView["format"], string> = {
  csv: "CSV",
  xlsx: "Excel (XLSX)",
  json: "JSON",
  ndjson: "NDJSON",
  parquet: "Parquet",
};
