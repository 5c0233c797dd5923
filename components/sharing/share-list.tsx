"use client";

import { Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconBuilding, IconLink, IconUser, IconUsers } from "@tabler/icons-react";
import classes from "@/components/sharing/sharing.module.css";
import { api } from "@/components/ui/api";
import { Confirm } from "@/components/ui/confirm";
import { Refusal } from "@/components/ui/refusal";
import { RelativeTime } from "@/components/ui/time";
import type { ShareView } from "@/lib/shares/schema";

interface Props {
  shares: ShareView[] | undefined;
  problem: string | undefined;
  audience: string | undefined;
  onRevoked: () => void;
}

/** With whom it is shared now, who came, and the way to take each back. */
export function ShareList({ shares, problem, audience, onRevoked }: Props) {
  return (
    <section className={classes.now} aria-label="Shared with">
      <h3>Who may open it</h3>
      <Refusal>{problem}</Refusal>
      <ul className={classes.list}>
        {audience ? (
          <li>
            <IconUsers size={16} aria-hidden />
            <span className={classes.about}>
              <span>{audience}</span>
              <span className={classes.meta}>by their own grant</span>
            </span>
          </li>
        ) : null}
        {shares?.map((share) => (
          <Line key={share.id} share={share} onRevoked={onRevoked} />
        ))}
      </ul>
      {shares || problem ? null : <Skeleton height={44} radius={6} />}
    </section>
  );
}

const icons = { person: IconUser, team: IconUsers, company: IconBuilding, link: IconLink };

export function audienceName({ audience, to }: Pick<ShareView, "audience" | "to">): string {
  if (audience === "company") return "Everyone in the company";
  if (audience === "link") return "Anyone here who has the link";
  return to?.name ?? "Somebody";
}

function Line({ share, onRevoked }: { share: ShareView; onRevoked: () => void }) {
  const Icon = icons[share.audience];
  const name = audienceName(share);
  const { count, people, last } = share.openings;
  return (
    <li>
      <Icon size={16} aria-hidden />
      <span className={classes.about}>
        <span>
          {name}
          {share.allows === "run" ? ", may run it" : ""}
        </span>
        <span className={classes.meta}>
          by {share.sharer.name}, <RelativeTime at={share.createdAt} />
          {share.expiresAt ? (
            <>
              {" "}
              · ends <RelativeTime at={share.expiresAt} />
            </>
          ) : null}
          {" · "}
          {last ? (
            <>
              opened {count === 1 ? "once" : `${count} times`}
              {share.audience === "person" ? "" : ` by ${people === 1 ? "one person" : `${people} people`}`}, last{" "}
              <RelativeTime at={last} />
            </>
          ) : (
            "not opened yet"
          )}
        </span>
        {share.closed ? (
          <span className={classes.closed}>
            <IconAlertTriangle size={14} aria-hidden /> Closed. {share.closed}
          </span>
        ) : null}
      </span>
      {share.mayRevoke ? (
        <Confirm
          label="Take back"
          verb={`Take back from ${name}`}
          onConfirm={async () => {
            await api("DELETE", `/shares/${share.id}`);
            onRevoked();
          }}
        >
          It closes for {share.audience === "person" ? name : "all of them"} at once, also what they ran by it, and what
          they shared on.
        </Confirm>
      ) : null}
    </li>
  );
}
