import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export function NoPage() {
  return (
    <Empty title="There is no page at this address" action={<LinkButton href="/">Home</LinkButton>}>
      Check the link for a letter that was lost on the way, or search with Ctrl K. What you may not open is not shown,
      either.
    </Empty>
  );
}
