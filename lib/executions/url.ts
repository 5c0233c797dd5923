import { env } from "@/lib/platform/env";

/** The permalink, for people and programs. */
export function executionUrl(id: string): string {
  const { SLUICE_URL, HOST, PORT } = env();
  const host = HOST === "0.0.0.0" || HOST === "::" ? "127.0.0.1" : HOST;
  return `${(SLUICE_URL ?? `http://${host}:${PORT}`).replace(/\/$/, "")}/executions/${id}`;
}
