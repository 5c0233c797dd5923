"use client";

import { Text } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "@/components/admin/load.module.css";
import { RowMenu } from "@/components/admin/row-menu";
import { Elapsed } from "@/components/executions/elapsed";
import { onOneLine, titleOf } from "@/components/executions/title";
import { duration } from "@/components/ui/duration";
import type { LoadView } from "@/lib/gate/schema";

interface Props {
  load: LoadView;
  onChange: () => Promise<void>;
}

export function LoadTables({ load, onChange }: Props) {
  const { running, waiting, waitingTotal, gate, warehouse } = load;
  const beyond = waitingTotal - waiting.length;
  return (
    <div className={classes.tables}>
      <Block title="Running" count={running.length} empty="Nothing runs now.">
        {running.map((item) => (
          <Row
            key={item.executionId}
            item={item}
            warehouse={warehouse}
            stopping={item.state === "stopping"}
            onChange={onChange}
          >
            {item.state === "admitted" ? "waits for a worker · " : ""}
            {item.rows ? `${item.rows.toLocaleString("en-US")} rows · ` : ""}
            {item.usualSeconds === null ? "" : `usually ${duration(item.usualSeconds * 1_000)} · `}
            {item.lane}
            {item.token ? ` · token ${item.token.name}` : ""}
            {item.backendPid ? ` · pid ${item.backendPid}` : ""}
          </Row>
        ))}
      </Block>
      <Block
        title="Waiting"
        count={waitingTotal}
        empty={gate.paused ? "Nobody waits for it to be resumed." : "Nobody waits."}
      >
        {waiting.map((item) => (
          <Row
            key={item.executionId}
            item={item}
            warehouse={warehouse}
            place={item.position}
            stopping={false}
            onChange={onChange}
          >
            {item.raised ? "put first · " : ""}
            {item.reason} · {item.lane}
            {item.token ? ` · token ${item.token.name}` : ""}
          </Row>
        ))}
        {beyond > 0 ? (
          <li className={classes.beyond}>and {beyond.toLocaleString("en-US")} more, shown when these have gone</li>
        ) : null}
      </Block>
    </div>
  );
}

function Block({
  title,
  count,
  empty,
  children,
}: {
  title: string;
  count: number;
  empty: string;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <h3>
        {title} <span className={classes.count}>{count.toLocaleString("en-US")}</span>
      </h3>
      {count === 0 ? <Text c="dimmed">{empty}</Text> : <ul className={classes.list}>{children}</ul>}
    </section>
  );
}

interface RowProps {
  item: LoadView["running"][number] | LoadView["waiting"][number];
  warehouse: LoadView["warehouse"];
  place?: number;
  stopping: boolean;
  onChange: () => Promise<void>;
  /** Why, how far, in which lane. */
  children: ReactNode;
}

function Row({ item, warehouse, place, stopping, onChange, children }: RowProps) {
  const sql = onOneLine(item.sql);
  return (
    <li className={classes.row}>
      {place === undefined ? null : <span className={classes.place}>{place}</span>}
      <div className={classes.what}>
        <Link className={classes.sql} href={item.url} title={sql}>
          {titleOf(item.sql)}
        </Link>
        <div className={classes.why}>
          <b>{item.user.name}</b> · {children}
        </div>
      </div>
      <span className={classes.since}>
        <Elapsed since={item.since} />
      </span>
      <RowMenu item={item} sql={sql} stopping={stopping} warehouse={warehouse} onChange={onChange} />
    </li>
  );
}
