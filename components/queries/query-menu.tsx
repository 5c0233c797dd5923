"use client";

import { Menu } from "@mantine/core";
import {
  IconArchive,
  IconArchiveOff,
  IconCode,
  IconCopyPlus,
  IconHistory,
  IconRosetteDiscountCheck,
  IconRosetteDiscountCheckOff,
} from "@tabler/icons-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Values } from "@/components/queries/copy-code";
import { api } from "@/components/ui/api";
import { ConfirmDialog } from "@/components/ui/confirm";
import { MoreMenu } from "@/components/ui/more-menu";
import { useChange } from "@/components/ui/use-change";
import type { QueryView } from "@/lib/queries/schema";

interface Props {
  query: QueryView;
  values: Values;
  /** Whether they may save queries of their own. */
  writes: boolean;
}

const CopyAs = dynamic(() => import("@/components/queries/copy-as").then((module) => module.CopyAs), { ssr: false });

const size = 16;

/** What is done with a query now and then. */
export function QueryMenu({ query, values, writes }: Props) {
  const router = useRouter();
  const [copying, setCopying] = useState(false);
  // Loaded when it is first asked for, and then kept, so that it can fade.
  const [copied, setCopied] = useState(false);
  const [archiving, setArchiving] = useState(false);
  const change = useChange();
  const path = `/queries/${query.id}`;
  const { version } = query;
  const verify = (verified: boolean) => change(() => api("PUT", `${path}/verified`, { verified, version }));
  const fork = () =>
    change(async () => {
      const copy = await api<QueryView>("POST", `${path}/fork`, {});
      router.push(`/queries/${copy.id}/edit`);
    });
  return (
    <>
      <MoreMenu>
        <Menu.Item component={Link} href={`${path}/versions`} leftSection={<IconHistory size={size} aria-hidden />}>
          Versions
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCode size={size} aria-hidden />}
          onClick={() => {
            setCopied(true);
            setCopying(true);
          }}
        >
          Copy as curl, TypeScript, Python
        </Menu.Item>
        {writes && (
          <Menu.Item leftSection={<IconCopyPlus size={size} aria-hidden />} onClick={() => void fork()}>
            Make a copy of my own
          </Menu.Item>
        )}
        {query.may.verify && !query.verified && (
          <Menu.Item
            leftSection={<IconRosetteDiscountCheck size={size} aria-hidden />}
            onClick={() => void verify(true)}
          >
            Mark version {version} as verified
          </Menu.Item>
        )}
        {query.may.verify && query.verified && (
          <Menu.Item
            leftSection={<IconRosetteDiscountCheckOff size={size} aria-hidden />}
            onClick={() => void verify(false)}
          >
            Take the verified mark off
          </Menu.Item>
        )}
        {query.may.edit && !query.archivedAt && (
          <Menu.Item leftSection={<IconArchive size={size} aria-hidden />} onClick={() => setArchiving(true)}>
            Archive
          </Menu.Item>
        )}
        {query.may.edit && query.archivedAt && (
          <Menu.Item
            leftSection={<IconArchiveOff size={size} aria-hidden />}
            onClick={() => void change(() => api("PATCH", path, { archived: false }))}
          >
            Bring back from the archive
          </Menu.Item>
        )}
      </MoreMenu>
      {copied ? <CopyAs opened={copying} onClose={() => setCopying(false)} query={query} values={values} /> : null}
      <ConfirmDialog
        opened={archiving}
        onClose={() => setArchiving(false)}
        label="Archive"
        verb={`Archive “${query.title}”`}
        onConfirm={() => api("DELETE", path)}
      >
        It leaves lists and search. Its page, its answers and its versions stay, and you can bring it back from here.
      </ConfirmDialog>
    </>
  );
}
