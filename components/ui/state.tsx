import {
  IconCircleCheck,
  IconCircleX,
  IconClockHour4,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconPlayerStop,
  IconPlugConnectedX,
  type IconProps,
} from "@tabler/icons-react";
import type { ComponentType } from "react";

interface Look {
  word: string;
  icon: ComponentType<IconProps>;
  colour: string;
}

const looks: Record<string, Look> = {
  queued: { word: "Waiting", icon: IconClockHour4, colour: "var(--sl-late)" },
  running: { word: "Running", icon: IconPlayerPlay, colour: "var(--sl-running)" },
  cancelling: { word: "Stopping", icon: IconPlayerStop, colour: "var(--sl-running)" },
  succeeded: { word: "Succeeded", icon: IconCircleCheck, colour: "var(--sl-succeeded)" },
  failed: { word: "Failed", icon: IconCircleX, colour: "var(--sl-failed)" },
  cancelled: { word: "Cancelled", icon: IconPlayerStop, colour: "var(--mantine-color-dimmed)" },
  // Of a pipeline's stages and attempts only.
  waiting: { word: "Not yet", icon: IconClockHour4, colour: "var(--mantine-color-dimmed)" },
  skipped: { word: "Skipped", icon: IconPlayerSkipForward, colour: "var(--mantine-color-dimmed)" },
  lost: { word: "Ended from outside", icon: IconPlugConnectedX, colour: "var(--sl-late)" },
};

const unknown = { icon: IconClockHour4, colour: "var(--mantine-color-dimmed)" };

/** The icon alone, named by its word: where a row has no room for more. */
export function StateIcon({ state }: { state: string }) {
  const look = looks[state] ?? { ...unknown, word: state };
  const Icon = look.icon;
  return <Icon size={18} stroke={2} color={look.colour} role="img" aria-label={look.word} />;
}

/** A state is always an icon and a word; colour only repeats them. */
export function StateBadge({ state, word }: { state: string; word?: string }) {
  const look = looks[state] ?? { ...unknown, word: state };
  const Icon = look.icon;
  return (
    <span
      data-state={state}
      style={{
        display: "inline-flex",
        alignItems: "center",
        gap: 4,
        color: look.colour,
        fontWeight: 500,
        whiteSpace: "nowrap",
      }}
    >
      <Icon size={16} stroke={2} aria-hidden />
      {word ?? look.word}
    </span>
  );
}
