import type { ReactNode } from "react";
import executionClasses from "@/components/executions/execution.module.css";
import type { Reader } from "@/components/queries/saved-query-page";
import { RelativeTime } from "@/components/ui/time";
import type { QueryView } from "@/lib/queries/schema";

interface Props {
  query: QueryView;
  me: Reader;
  /** The page's primary button. */
  children: ReactNode;
}

export function QueryHead({ query, children }: Props) {
  return (
    <div className={executionClasses.head}>
      <div className={executionClasses.title}>
        <h1>{query.title}</h1>
        <div className={executionClasses.facts}>
          <span>{query.owner.team ? `${query.owner.team.name}, ${query.owner.user.name}` : query.owner.user.name}</span>
          <span>{query.warehouse.name}</span>
          <span>version {query.version}</span>
          <span>
            changed <RelativeTime at={query.updatedAt} />
          </span>
        </div>
      </div>
      <div className={executionClasses.actions}>{children}</div>
    </div>
  );
}
