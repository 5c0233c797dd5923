import { SavedRows } from "@/components/queries/saved-rows";
import { VerifiedMark } from "@/components/queries/verified-mark";
import type { QueryItem } from "@/lib/queries/schema";

const shownTags = 4;

/** Saved queries as rows. */
export function QueryList({ items, label }: { items: QueryItem[]; label: string }) {
  return (
    <SavedRows
      items={items}
      label={label}
      hrefOf={({ id }) => `/queries/${id}`}
      marksOf={({ verified }) => <VerifiedMark verified={verified} brief />}
      tagsOf={({ tags }) => tags.slice(0, shownTags)}
      noteOf={({ warehouse }) => warehouse.name}
    />
  );
}
