import { env } from "./env";

/** An address of ours as people and programs outside use it. */
export function publicUrl(path: string): string {
  const { SLUICE_URL, HOST, PORT } = env();
  const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST;
  return `${(SLUICE_URL ?? `http://${host}:${PORT}`).replace(/\/$/, "")}${path}`;
}
