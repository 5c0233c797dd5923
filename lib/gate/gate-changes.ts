const settings = ["slots", "perUser", "unwatchedMinutes", "statementTimeout"] as const;

export type GateSettings = Record<"slots" | "perUser" | "statementTimeout", number> & {
  unwatchedMinutes: number | null;
};
type Asked = { [name in keyof GateSettings]?: GateSettings[name] | undefined };

/** Which of a gate's own settings become others than before; forms send all of theirs, and only these were decided. */
export function gateChanges(before: GateSettings, asked: Asked): Asked {
  return Object.fromEntries(
    settings
      .filter((name) => asked[name] !== undefined && asked[name] !== before[name])
      .map((name) => [name, asked[name]]),
  );
}
