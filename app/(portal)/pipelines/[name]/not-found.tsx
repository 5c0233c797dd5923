import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export default function NoPipeline() {
  return (
    <Empty
      title="There is no pipeline here that you may open"
      action={
        <LinkButton href="/pipelines" variant="default">
          All pipelines
        </LinkButton>
      }
    >
      A pipeline opens for the team that owns it, for admins, and for who may use every warehouse that it names.
    </Empty>
  );
}
