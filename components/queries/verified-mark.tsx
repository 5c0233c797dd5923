import { IconRosetteDiscountCheck } from "@tabler/icons-react";
import { RelativeTime } from "@/components/ui/time";
import type { QueryItem } from "@/lib/queries/schema";

const look = {
  display: "inline-flex",
  alignItems: "center",
  gap: 4,
  color: "var(--mantine-color-anchor)",
  fontWeight: 500,
} as const;

/** That an owner vouches for the latest version; in lists the mark alone, with its word for screen readers. */
export function VerifiedMark({ verified, brief = false }: { verified: QueryItem["verified"]; brief?: boolean }) {
  if (!verified) return null;
  return (
    <span style={look} title={brief ? `Verified by ${verified.by}` : undefined}>
      <IconRosetteDiscountCheck size={16} aria-hidden />
      {brief ? (
        <span className="visually-hidden">Verified</span>
      ) : (
        <span>
          Verified by {verified.by}, <RelativeTime at={verified.at} />
        </span>
      )}
    </span>
  );
}
