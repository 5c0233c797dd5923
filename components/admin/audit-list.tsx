import { Button, Group, TextInput } from "@mantine/core";
import Link from "next/link";
import classes from "@/components/admin/table.module.css";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { ExactTime } from "@/components/ui/time";

export interface AuditItem {
  id: string;
  at: string;
  user: { name: string } | null;
  tokenId: string | null;
  action: string;
  object: string;
  detail: unknown;
  address: string | null;
}

interface Props {
  items: AuditItem[];
  next: string | null;
  action?: string;
  object?: string;
}

/** Append-only, so a plain form and links are enough: the page's address is its whole state. */
export function AuditList({ items, next, action, object }: Props) {
  const older = new URLSearchParams({
    ...(action ? { action } : {}),
    ...(object ? { object } : {}),
    cursor: next ?? "",
  });
  return (
    <>
      <PageHead title="Audit" note="What was changed, by whom, from where. Nothing here can be edited." />
      <form>
        <Group gap="xs" align="flex-end" mb="md">
          <TextInput label="Action begins with" name="action" placeholder="warehouse." defaultValue={action} />
          <TextInput label="Object" name="object" placeholder="user:01h…" defaultValue={object} />
          <Button type="submit" size="sm" variant="default">
            Filter
          </Button>
        </Group>
      </form>
      {items.length === 0 ? (
        <Empty title="Nothing was recorded that fits" />
      ) : (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>Action</th>
                <th className={classes.wide}>Object</th>
                <th className={classes.wide}>Detail</th>
                <th className={classes.wide}>From</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id}>
                  <td style={{ whiteSpace: "nowrap" }}>
                    <ExactTime at={item.at} />
                  </td>
                  <td>
                    {item.user?.name ?? "Sluice"}
                    {item.tokenId ? <span className={classes.quiet}> by token</span> : null}
                  </td>
                  <td className={classes.mono}>{item.action}</td>
                  <td className={`${classes.wide} ${classes.mono}`}>{item.object}</td>
                  <td className={`${classes.wide} ${classes.mono} ${classes.clip}`} title={JSON.stringify(item.detail)}>
                    {JSON.stringify(item.detail)}
                  </td>
                  <td className={`${classes.wide} ${classes.mono}`}>{item.address ?? ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next ? (
        <p>
          <Link href={`/admin/audit?${older}`} style={{ color: "var(--mantine-color-anchor)" }}>
            Older
          </Link>
        </p>
      ) : null}
    </>
  );
}
