"use client";

import { Text } from "@mantine/core";
import Link from "next/link";
import { LimitForm } from "@/components/admin/limit-form";
import { limitLabels, scopeOf } from "@/components/admin/limit-words";
import classes from "@/components/admin/table.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { PageHead } from "@/components/ui/page-head";
import { RelativeTime } from "@/components/ui/time";
import type { LimitView } from "@/lib/gate/schema";

interface Props {
  limits: LimitView[];
  warehouses: { id: string; name: string }[];
  /** The token whose limits were asked for. */
  token?: { id: string; name: string };
}

/** What the company, warehouses, teams, people and tokens may take; the narrowest wins. */
export function Limits({ limits, warehouses, token }: Props) {
  return (
    <>
      <PageHead
        title="Limits"
        note={
          <>
            The narrowest that applies wins, and says so to whom it meets. A warehouse's slots stand on the{" "}
            <Link href="/admin/load">load page</Link>.
          </>
        }
      />
      {limits.length === 0 ? (
        <Text c="dimmed" mb="md">
          No limit is set: slots and the number per person alone hold work back.
        </Text>
      ) : (
        <div className={classes.scroll} style={{ marginBottom: 24 }}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>Of</th>
                <th>Limit</th>
                <th style={{ textAlign: "right" }}>At most</th>
                <th className={classes.wide}>Set</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {limits.map((limit) => (
                <Row key={`${limit.scope} ${limit.id} ${limit.name}`} limit={limit} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <LimitForm key={token?.id} warehouses={warehouses} {...(token && { token })} />
    </>
  );
}

function Row({ limit }: { limit: LimitView }) {
  const { scope, id, name, value } = limit;
  return (
    <tr>
      <td className={`${classes.name} ${classes.some}`}>{scopeOf(limit)}</td>
      <td>{limitLabels[name]}</td>
      <td style={{ textAlign: "right" }}>{value.toLocaleString("en-US")}</td>
      <td className={classes.wide}>
        <RelativeTime at={limit.at} /> {limit.by ? `by ${limit.by.name}` : ""}
      </td>
      <td>
        <Confirm
          label="Remove"
          verb={`Remove the limit of ${scopeOf(limit)}`}
          onConfirm={() => api("PUT", "/limits", { scope, ...(id ? { id } : {}), name, value: null })}
        >
          {limitLabels[name]}: nothing of {scopeOf(limit)} is held back by it any more.
        </Confirm>
      </td>
    </tr>
  );
}
