import Link from "next/link";
import classes from "@/components/admin/table.module.css";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { RelativeTime } from "@/components/ui/time";
import type { WarehouseView } from "@/lib/connections/schema";

export function WarehouseList({ warehouses }: { warehouses: WarehouseView[] }) {
  const add = <LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton>;
  if (warehouses.length === 0) {
    return (
      <>
        <PageHead title="Warehouses" />
        <Empty title="No warehouse yet" action={add}>
          A warehouse is a database that people ask through Sluice, by a role that only reads.
        </Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title="Warehouses" note="The databases that people ask, each behind one gate.">
        {add}
      </PageHead>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th>Name</th>
              <th className={classes.wide}>Engine</th>
              <th className={classes.wide}>Address</th>
              <th>Gate</th>
              <th className={classes.wide}>Teams</th>
              <th style={{ textAlign: "right" }}>Changed</th>
            </tr>
          </thead>
          <tbody>
            {warehouses.map(({ id, name, engine, paused, admin }) => (
              <tr key={id}>
                <td>
                  <Link href={`/admin/warehouses/${id}`}>{name}</Link>
                </td>
                <td className={classes.wide}>{engine}</td>
                <td className={`${classes.wide} ${classes.mono}`}>{address(admin?.config)}</td>
                <td style={paused ? { color: "var(--sl-late)" } : undefined}>
                  {paused ? "● Paused" : `${admin?.slots ?? 0} slots`}
                </td>
                <td className={classes.wide}>{admin?.grants.map(({ team }) => team).join(", ") || "admins only"}</td>
                <td>{admin ? <RelativeTime at={admin.updatedAt} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function address(config: Record<string, unknown> | undefined): string {
  return config ? `${String(config.host)}:${String(config.port)}/${String(config.database)}` : "";
}
