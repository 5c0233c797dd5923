import { IconAlertCircle } from "@tabler/icons-react";

/** A refusal that belongs to no field, beside the button that asked. Read out when it appears. */
export function Refusal({ children }: { children: string | undefined }) {
  if (!children) return null;
  return (
    <div role="alert" style={{ display: "flex", gap: 8, color: "var(--sl-failed)" }}>
      <IconAlertCircle size={18} aria-hidden style={{ flexShrink: 0, marginTop: 1 }} />
      <span style={{ minWidth: 0, overflowWrap: "anywhere" }}>{children}</span>
    </div>
  );
}
