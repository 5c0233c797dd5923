import { Empty } from "@/components/ui/empty";
import { LinkButton } from "@/components/ui/link-button";

export default function NoFile() {
  return (
    <Empty
      title="There is no file here that you may open"
      action={
        <LinkButton href="/files/kept" variant="default">
          Kept files
        </LinkButton>
      }
    >
      It may have been removed. A file opens for the team whose pipeline keeps it, and for who was mailed a link to it.
    </Empty>
  );
}
