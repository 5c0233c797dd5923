import { SavedRows } from "@/components/queries/saved-rows";
import { count } from "@/components/ui/count";
import type { BoardItem } from "@/lib/boards/schema";

/** Boards as rows. */
export function BoardList({ items, label }: { items: BoardItem[]; label: string }) {
  return (
    <SavedRows
      items={items}
      label={label}
      hrefOf={({ id }) => `/boards/${id}`}
      noteOf={({ tileCount }) => count(tileCount, "tile")}
    />
  );
}
