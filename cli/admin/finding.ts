/** What a check found: `bad` keeps Sluice from working as it should, `note` is worth knowing. */
export interface Finding {
  state: "ok" | "note" | "bad";
  about: string;
  says: string;
}

export const ok = (about: string, says: string): Finding => ({ state: "ok", about, says });
export const note = (about: string, says: string): Finding => ({ state: "note", about, says });
export const bad = (about: string, says: string): Finding => ({ state: "bad", about, says });

const gib = 1024 ** 3;

export function bytes(n: number): string {
  return n >= gib ? `${(n / gib).toFixed(1)} GiB` : `${Math.round(n / 1024 ** 2)} MiB`;
}
