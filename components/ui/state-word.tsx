import {
  IconCircleCheck,
  IconCircleHalf2,
  IconClockExclamation,
  IconPlayerPause,
  IconUserOff,
} from "@tabler/icons-react";

const looks = {
  open: { icon: IconCircleCheck, word: "Open", colour: "var(--sl-succeeded)" },
  full: { icon: IconCircleHalf2, word: "Full", colour: "var(--sl-late)" },
  paused: { icon: IconPlayerPause, word: "Paused", colour: "var(--sl-late)" },
  expired: { icon: IconClockExclamation, word: "Expired", colour: "var(--sl-late)" },
  deactivated: { icon: IconUserOff, word: "Deactivated", colour: "var(--mantine-color-dimmed)" },
};

/** A state of a thing that is no execution: icon and word, as everywhere. */
export function StateWord({ look }: { look: keyof typeof looks }) {
  const { icon: Icon, word, colour } = looks[look];
  return (
    <span
      style={{ display: "inline-flex", alignItems: "center", gap: 4, flexShrink: 0, color: colour, fontWeight: 500 }}
    >
      <Icon size={16} stroke={2} aria-hidden />
      {word}
    </span>
  );
}
