import { Button, Group } from "@mantine/core";
import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

/** Where rows will stand, before anything ran. */
export function FirstTime({
  blank,
  onExample,
  onTables,
}: {
  blank: boolean;
  onExample: () => void;
  onTables: () => void;
}) {
  return (
    <Empty
      title="Rows appear here, at a link of their own"
      action={
        blank ? (
          <Group gap={8} justify="center">
            <Button variant="default" onClick={onExample}>
              Insert an example
            </Button>
            <Button variant="default" hiddenFrom="sm" onClick={onTables}>
              Look at the tables
            </Button>
          </Group>
        ) : undefined
      }
    >
      Ctrl Enter runs the selection, or the statement under the cursor. Ctrl Shift Enter runs all. Escape stops.
    </Empty>
  );
}

export function NoWarehouse({ admin }: { admin: boolean }) {
  return (
    <Empty
      title="There is no warehouse for you to ask yet"
      action={admin ? <LinkButton href="/admin/warehouses/new">Add a warehouse</LinkButton> : undefined}
    >
      {admin ? "Add the database that people should query." : "Ask an admin to grant a warehouse to one of your teams."}
    </Empty>
  );
}

/** A viewer reads what others ran; SQL is written by editors. */
export function MayNotRun() {
  return (
    <Empty
      title="Running SQL needs the role editor"
      action={
        <LinkButton href="/executions" variant="default">
          Go to history
        </LinkButton>
      }
    >
      You can open every result that your teams may see, sort and filter it, and download it. To run SQL yourself, ask
      an admin for the role editor.
    </Empty>
  );
}
