import { EraseForm } from "@/components/admin/erase-form";
import classes from "@/components/admin/table.module.css";
import { count } from "@/components/ui/count";
import { PageHead } from "@/components/ui/page-head";
import { size } from "@/components/ui/size";
import { RelativeTime } from "@/components/ui/time";
import type { ErasureView } from "@/lib/erasures/schema";

interface Props {
  items: ErasureView[];
  warehouses: { id: string; name: string }[];
}

/** The form, and the record of what was erased before. */
export function Erasures({ items, warehouses }: Props) {
  return (
    <>
      <PageHead
        title="Erase results"
        note="Stored rows of a table or a person, gone for good and for everybody. The pages of what was run stay, without rows."
      />
      <EraseForm warehouses={warehouses} />
      <h2 style={{ fontSize: 16 }}>Erased before</h2>
      {items.length === 0 ? (
        <p>Nothing was erased so far.</p>
      ) : (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th>When</th>
                <th>Who</th>
                <th>What</th>
                <th>How much</th>
                <th className={classes.wide}>Why</th>
                <th>Files</th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.id} id={item.id}>
                  <td>
                    <RelativeTime at={item.at} />
                  </td>
                  <td className={classes.name}>{item.by.name}</td>
                  <td className={classes.name}>{item.about}</td>
                  <td>
                    {count(item.results, "result")} of{" "}
                    {item.people === 1 ? "1 person" : `${item.people.toLocaleString("en-US")} people`},{" "}
                    {size(item.bytes)}
                  </td>
                  <td className={`${classes.wide} ${classes.name}`}>{item.reason}</td>
                  <td>{item.filesGoneAt ? "gone" : "being removed"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
