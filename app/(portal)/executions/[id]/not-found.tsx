import { Button } from "@mantine/core";
import Link from "next/link";
import { Empty } from "@/components/ui/empty";

export default function NoExecution() {
  return (
    <Empty
      title="There is no execution here that you may open"
      action={
        <Button component={Link} href="/executions" variant="default">
          Go to history
        </Button>
      }
    >
      The link may be incomplete, or your teams have no grant on its warehouse. Whoever sent it can tell you which
      warehouse it is; an admin can grant it to one of your teams.
    </Empty>
  );
}
