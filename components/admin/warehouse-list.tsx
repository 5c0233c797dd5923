import Link from "next/link";
import classes from "@/components/admin/table.module.css";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";
import { PageHead } from "@/components/ui/page-head";
import { StateWord } from "@/components/ui/state-word";
import { RelativeTime } from "@/components/ui/time";
import type { WarehouseView } from "@/lib/connections/schema";
import { engineLabel, formOf } from "@/lib/warehouses/config";

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
              <th className={classes.wide}>Added</th>
              <th className={classes.end}>Changed</th>
            </tr>
          </thead>
          <tbody>
            {warehouses.map(({ id, name, engine, personal, paused, pauseReason, admin }) => (
              <tr key={id}>
                <td className={classes.name}>
                  <Link href={`/admin/warehouses/${id}`}>{name}</Link>
                </td>
                <td className={classes.wide}>{engineLabel(engine, personal)}</td>
                <td className={`${classes.wide} ${classes.mono} ${classes.name}`}>
                  {admin && !personal ? formOf(engine)?.address(admin.config) : null}
                </td>
                <td title={paused ? (pauseReason ?? undefined) : undefined}>
                  {paused ? <StateWord look="paused" /> : `${admin?.slots ?? 0} slots`}
                </td>
                <td className={`${classes.wide} ${classes.name}`}>
                  {personal ? "everyone" : admin?.grants.map(({ team }) => team).join(", ") || "admins only"}
                </td>
                <td className={classes.wide}>{admin ? <RelativeTime at={admin.createdAt} /> : null}</td>
                <td>{admin ? <RelativeTime at={admin.updatedAt} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
