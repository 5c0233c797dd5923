import classes from "@/components/executions/history.module.css";
import { LinkButton } from "@/components/ui/link-button";

interface Props {
  /** Addresses; null where there is no such page. */
  back: string | null;
  on: string | null;
  /** What the two are called. */
  words?: readonly [back: string, on: string];
}

/** The ways from one page of a list: back to its beginning, and on. */
export function ListPages({ back, on, words = ["First", "More"] }: Props) {
  return (
    <nav className={classes.pages} aria-label="Pages of the list">
      {back ? (
        <LinkButton href={back} variant="default">
          {words[0]}
        </LinkButton>
      ) : null}
      {on ? (
        <LinkButton href={on} variant="default">
          {words[1]}
        </LinkButton>
      ) : null}
    </nav>
  );
}
