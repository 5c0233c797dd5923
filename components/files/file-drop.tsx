"use client";

import { Button, Progress, TextInput } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type DragEvent, useRef, useState } from "react";
import classes from "@/components/files/files.module.css";
import { sendFile } from "@/components/files/send-file";
import { asProblem } from "@/components/ui/problem";
import { Refusal } from "@/components/ui/refusal";
import { size } from "@/components/ui/size";

interface Sending {
  name: string;
  bytes: number;
  /** From 0 to 1. */
  part: number;
}

/** Where files are dropped or chosen; one after the other goes up, and what is wrong with one is said here. */
export function FileDrop({ onUploaded }: { onUploaded: (id: string) => void }) {
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef(new AbortController());
  const [sheet, setSheet] = useState("");
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending>();
  const [problems, setProblems] = useState<string[]>([]);
  const [said, setSaid] = useState("");

  const send = async (files: File[]) => {
    setProblems([]);
    setSaid("");
    stop.current = new AbortController();
    for (const file of files) {
      const { name, size: bytes } = file;
      setSending({ name, bytes, part: 0 });
      const onProgress = (part: number) => setSending({ name, bytes, part });
      try {
        const made = await sendFile({ file, sheet: sheet.trim(), onProgress, signal: stop.current.signal });
        const others = (made.sheets ?? []).filter((one) => one !== sheet.trim()).length;
        const sheets = made.sheets && others > 0 && !sheet.trim() ? ` Its sheets are: ${made.sheets.join(", ")}.` : "";
        setSaid(
          made.format === "archive"
            ? `${name} is kept as the archive ${made.name} now. Stages that read one may be given it, such as a dbt project.`
            : `${name} is the table files."${made.name}" now, with ${made.rows.toLocaleString()} rows.${sheets}`,
        );
        onUploaded(made.id);
        router.refresh();
      } catch (error) {
        setProblems((before) => [...before, `${name}: ${asProblem(error).message}`]);
        if (stop.current.signal.aborted) break;
      }
    }
    setSending(undefined);
    if (input.current) input.current.value = "";
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!sending) void send([...event.dataTransfer.files]);
  };
  return (
    <section
      className={classes.drop}
      aria-label="Upload"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={(event) => void send([...(event.currentTarget.files ?? [])])}
      />
      {sending ? <Going sending={sending} onStop={() => stop.current.abort()} /> : null}
      {sending ? null : (
        <div className={classes.choose}>
          <Button leftSection={<IconUpload size={14} aria-hidden />} onClick={() => input.current?.click()}>
            Upload a file
          </Button>
          <span className={classes.hint}>
            or drop it here: CSV, JSON, Parquet or XLSX; a dbt project as zip or tar.gz
          </span>
          <TextInput
            size="xs"
            w={180}
            label="Sheet of a workbook"
            placeholder="the first"
            value={sheet}
            onChange={(event) => setSheet(event.currentTarget.value)}
          />
        </div>
      )}
      {problems.map((problem) => (
        <Refusal key={problem}>{problem}</Refusal>
      ))}
      <div role="status" className={classes.said}>
        {said}
      </div>
    </section>
  );
}

function Going({ sending: { name, bytes, part }, onStop }: { sending: Sending; onStop: () => void }) {
  const up = part < 1;
  const words = up ? `${size(Math.round(bytes * part))} of ${size(bytes)}` : "is there; its rows are being read";
  return (
    <div className={classes.going}>
      <div>
        <strong>{name}</strong> {words}
      </div>
      <Progress value={part * 100} animated={!up} aria-label={`Upload of ${name}`} />
      <Button variant="default" size="xs" onClick={onStop}>
        Stop
      </Button>
    </div>
  );
}
