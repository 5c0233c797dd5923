import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

/** @param search whether the frame around it has the search */
export function NoPage({ search = true }: { search?: boolean }) {
  return (
    <Empty title="There is no page at this address" action={<LinkButton href="/">Home</LinkButton>}>
      Check the link for a letter that was lost on the way{search ? ", or use the search above" : ""}. What you may not
      open is not shown, either.
    </Empty>
  );
}
