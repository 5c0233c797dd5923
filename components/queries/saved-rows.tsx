import { IconStarFilled } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "@/components/queries/query-list.module.css";
import { plainMarkdown } from "@/components/ui/plain-markdown";
import { RowMeta, Rows, RowTitle } from "@/components/ui/rows";
import { RelativeTime } from "@/components/ui/time";
import { Who } from "@/components/ui/who";

/** What saved queries and boards have in common. */
export interface SavedItem {
  id: string;
  title: string;
  description: string;
  favourite: boolean;
  owner: { user: { name: string }; team: { name: string } | null };
  updatedAt: string;
}

interface Props<Item> {
  items: Item[];
  label: string;
  hrefOf: (item: Item) => string;
  /** Behind the title. */
  marksOf?: (item: Item) => ReactNode;
  tagsOf?: (item: Item) => string[];
  /** Before the time of its last change. */
  noteOf: (item: Item) => ReactNode;
}

/** What people saved, as rows: title, description, whose it is, when it last changed. */
export function SavedRows<Item extends SavedItem>(props: Props<Item>) {
  const { items, label, hrefOf, marksOf, tagsOf, noteOf } = props;
  return (
    <Rows items={items} label={label} className={classes.list} hrefOf={hrefOf}>
      {(item) => (
        <>
          <span className={classes.called}>
            <RowTitle name={item.title}>
              {marksOf?.(item)}
              {item.favourite ? (
                <>
                  <IconStarFilled size={14} aria-hidden className={classes.star} />
                  <span className="visually-hidden">Favourite</span>
                </>
              ) : null}
              <Tags tags={tagsOf?.(item) ?? []} />
            </RowTitle>
          </span>
          <RowMeta className={classes.wide}>{plainMarkdown(item.description)}</RowMeta>
          <RowMeta>
            <Who name={item.owner.team?.name ?? item.owner.user.name} />
          </RowMeta>
          <RowMeta className={classes.wide}>{noteOf(item)}</RowMeta>
          <RowMeta end>
            <RelativeTime at={item.updatedAt} focusable={false} />
          </RowMeta>
        </>
      )}
    </Rows>
  );
}

function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className={classes.tags}>
      {tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}
