"use client";

import { Table, Text } from "@mantine/core";
import Link from "next/link";
import { LimitForm } from "@/components/admin/limit-form";
import { limitLabels, scopeOf } from "@/components/admin/limit-words";
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
        <Table.ScrollContainer minWidth={320} mb="lg">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Of</Table.Th>
                <Table.Th>Limit</Table.Th>
                <Table.Th ta="right">At most</Table.Th>
                <Table.Th>Set</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {limits.map((limit) => (
                <Row key={`${limit.scope} ${limit.id} ${limit.name}`} limit={limit} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <LimitForm key={token?.id} warehouses={warehouses} {...(token && { token })} />
    </>
  );
}

function Row({ limit }: { limit: LimitView }) {
  const { scope, id, name, value } = limit;
  return (
    <Table.Tr>
      <Table.Td>{scopeOf(limit)}</Table.Td>
      <Table.Td>{limitLabels[name]}</Table.Td>
      <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
        {value.toLocaleString("en-US")}
      </Table.Td>
      <Table.Td>
        <RelativeTime at={limit.at} /> {limit.by ? `by ${limit.by.name}` : ""}
      </Table.Td>
      <Table.Td>
        <Confirm
          label="Remove"
          verb={`Remove the limit of ${scopeOf(limit)}`}
          onConfirm={() => api("PUT", "/limits", { scope, ...(id ? { id } : {}), name, value: null })}
        >
          {limitLabels[name]}: nothing of {scopeOf(limit)} is held back by it any more.
        </Confirm>
      </Table.Td>
    </Table.Tr>
  );
}
