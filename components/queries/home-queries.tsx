import { IconFolder, IconStar } from "@tabler/icons-react";
import Link from "next/link";
import classes from "@/components/queries/home.module.css";
import { QueryList } from "@/components/queries/query-list";
import type { QueryItem } from "@/lib/queries/schema";

interface Props {
  favourites: QueryItem[];
  recent: QueryItem[];
  teams: { id: string; name: string; items: QueryItem[]; total: number }[];
}

/** The saved queries of the home page: one's stars, what one used last, and one's teams' folders. */
export function HomeQueries({ favourites, recent, teams }: Props) {
  const starred = new Set(favourites.map(({ id }) => id));
  const others = recent.filter(({ id }) => !starred.has(id));
  if (favourites.length + others.length + teams.length === 0) return null;
  return (
    <>
      {favourites.length > 0 ? (
        <section className={classes.section} aria-label="Favourites">
          <h2>
            <IconStar size={16} aria-hidden /> Favourites
          </h2>
          <QueryList items={favourites} label="Favourites" />
        </section>
      ) : null}
      {others.length > 0 ? (
        <section className={classes.section} aria-label="Recently used queries">
          <h2>Recently used</h2>
          <QueryList items={others} label="Recently used queries" />
        </section>
      ) : null}
      {teams.map(({ id, name, items, total }) => (
        <section key={id} className={classes.section} aria-label={`Queries of ${name}`}>
          <h2>
            <IconFolder size={16} aria-hidden /> {name}
          </h2>
          <QueryList items={items} label={`Queries of ${name}`} />
          {total > items.length ? (
            <p className={classes.more}>
              <Link href={`/queries?folder=team:${id}`}>All {total} of this team</Link>
            </p>
          ) : null}
        </section>
      ))}
    </>
  );
}
