"use client";

import { Text } from "@mantine/core";
import Link from "next/link";
import type { ReactNode } from "react";
import classes from "@/components/admin/load.module.css";
import { StopWork } from "@/components/admin/stop-work";
import table from "@/components/admin/table.module.css";
import { Elapsed } from "@/components/executions/elapsed";
import { onOneLine } from "@/components/executions/title";
import type { LoadView } from "@/lib/gate/schema";

interface Props {
  load: LoadView;
  onChange: () => Promise<void>;
}

export function LoadTables({ load, onChange }: Props) {
  const { running, waiting, waitingTotal } = load;
  return (
    <div className={classes.tables}>
      <Block title={`Running ${running.length}`} empty={running.length === 0 ? "Nothing runs now." : null} last="Rows">
        {running.map((item) => (
          <tr key={item.executionId}>
            <td>{item.user.name}</td>
            <td className={classes.sql}>
              <Link href={item.url}>{onOneLine(item.sql)}</Link>
              <div className={classes.why}>{item.lane}</div>
            </td>
            <td className={classes.number}>
              <Elapsed since={item.since} />
            </td>
            <td className={classes.number}>{item.rows?.toLocaleString("en-US") ?? ""}</td>
            <td>
              <StopWork
                id={item.executionId}
                what={`${item.user.name}'s query`}
                stopping={item.state === "stopping"}
                onStopped={onChange}
              />
            </td>
          </tr>
        ))}
      </Block>
      <Block title={`Waiting ${waitingTotal}`} empty={waiting.length === 0 ? "Nobody waits." : null} last="#">
        {waiting.map((item) => (
          <tr key={item.executionId}>
            <td>{item.user.name}</td>
            <td className={classes.sql}>
              <Link href={item.url}>{onOneLine(item.sql)}</Link>
              <div className={classes.why}>
                {item.reason} · {item.lane}
              </div>
            </td>
            <td className={classes.number}>
              <Elapsed since={item.since} />
            </td>
            <td className={classes.number}>{item.position}</td>
            <td>
              <StopWork
                id={item.executionId}
                what={`${item.user.name}'s query`}
                stopping={false}
                onStopped={onChange}
              />
            </td>
          </tr>
        ))}
        {waitingTotal > waiting.length ? (
          <tr>
            <td colSpan={5} style={{ textAlign: "left" }}>
              and {waitingTotal - waiting.length} more
            </td>
          </tr>
        ) : null}
      </Block>
    </div>
  );
}

interface BlockProps {
  title: string;
  empty: string | null;
  last: string;
  children: ReactNode;
}

function Block({ title, empty, last, children }: BlockProps) {
  return (
    <div>
      <h3>{title}</h3>
      {empty ? (
        <Text c="dimmed">{empty}</Text>
      ) : (
        <table className={table.table}>
          <thead>
            <tr>
              <th>Who</th>
              <th>What</th>
              <th className={classes.number}>Since</th>
              <th className={classes.number}>{last}</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      )}
    </div>
  );
}
