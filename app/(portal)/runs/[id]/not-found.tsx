import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export default function NoRun() {
  return (
    <Empty
      title="There is no run here that you may open"
      action={
        <LinkButton href="/runs" variant="default">
          All runs
        </LinkButton>
      }
    >
      A pipeline opens for the team that owns it, for admins, and for who may use every warehouse that it names.
    </Empty>
  );
}
