import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export default function NoExecution() {
  return (
    <Empty
      title="There is no execution here that you may open"
      action={
        <LinkButton href="/executions" variant="default">
          Go to history
        </LinkButton>
      }
    >
      The link may be incomplete, or your teams have no grant on its warehouse. Whoever sent it can tell you which
      warehouse it is; an admin can grant it to one of your teams.
    </Empty>
  );
}
