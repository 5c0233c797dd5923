import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export default function NoQuery() {
  return (
    <Empty
      title="There is no query here that you may open"
      action={
        <LinkButton href="/queries" variant="default">
          All queries
        </LinkButton>
      }
    >
      The link may be incomplete, or your teams have no grant on its warehouse. Whoever sent it can tell you which
      warehouse it is; an admin can grant it to one of your teams.
    </Empty>
  );
}
