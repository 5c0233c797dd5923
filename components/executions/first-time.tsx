import { StatementText } from "@/components/executions/statement-text";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

/** Runs on the demo warehouse as it is seeded. */
const example = `-- Learners per week
select date_trunc('week', happened_at) as week,
       count(distinct learner_id) as learners
from activity_events
group by 1
order by 1 desc`;

interface Props {
  /** The first warehouse this person may use. */
  warehouse: string | undefined;
  role: string;
}

export function FirstTime({ warehouse, role }: Props) {
  if (!warehouse) {
    const admin = role === "admin";
    return (
      <Empty
        title={role === "viewer" ? "Nothing is open to you yet" : "There is no warehouse for you to ask yet"}
        action={admin ? <LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton> : null}
      >
        {admin
          ? "Add the database that people should query."
          : "Ask an admin to grant a warehouse to one of your teams."}
      </Empty>
    );
  }
  if (role === "viewer") {
    return (
      <Empty title="What others run and you may open is listed here">
        A link to an execution opens here, too. To run SQL yourself, ask an admin for the role editor.
      </Empty>
    );
  }
  return (
    <Empty
      title={`Ask ${warehouse} something; the answer stays at its own link`}
      action={
        <LinkButton
          variant="default"
          href={`/queries/new?warehouse=${encodeURIComponent(warehouse)}&sql=${encodeURIComponent(example)}`}
        >
          {warehouse === "demo" ? "Open this example" : "Write a query"}
        </LinkButton>
      }
    >
      {warehouse === "demo" ? (
        <div style={{ textAlign: "left", color: "var(--mantine-color-text)", marginTop: 8 }}>
          <StatementText sql={example} />
        </div>
      ) : null}
    </Empty>
  );
}
