import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { exits, Failure } from "./failure";

/** Where Sluice is, and as whom: the command line before the environment before what `sluice login` kept. */
export interface Settings {
  url: string;
  token: string;
}

const kept = z.object({ url: z.string(), token: z.string() });
const ours = ["SLUICE_URL", "SLUICE_TOKEN", "XDG_CONFIG_HOME"] as const;

/** What a shell sets for the program, which runs on machines that have no more of Sluice than this. */
function fromShell(name: (typeof ours)[number]): string | undefined {
  return process.env[name] || undefined;
}

export function credentialsFile(): string {
  return path.join(fromShell("XDG_CONFIG_HOME") ?? path.join(homedir(), ".config"), "sluice", "credentials.json");
}

function keptSettings(): Settings | null {
  let text: string;
  try {
    text = readFileSync(credentialsFile(), "utf8");
  } catch {
    return null;
  }
  try {
    return kept.parse(JSON.parse(text));
  } catch {
    throw new Failure(`${credentialsFile()} cannot be read. Remove it and run "sluice login".`);
  }
}

/** @throws Failure when it is no http(s) address */
export function addressOf(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new Failure(`"${text}" is no address; write it as https://sluice.example.com.`);
  return url.href.replace(/\/+$/, "");
}

export function urlFor(flag: string | undefined): string {
  return addressOf(flag ?? fromShell("SLUICE_URL") ?? keptSettings()?.url ?? "http://127.0.0.1:3000");
}

/** @throws Failure when there is no token for that address */
export function settingsFor(flag: string | undefined): Settings {
  const url = urlFor(flag);
  const given = fromShell("SLUICE_TOKEN");
  if (given) return { url, token: given };
  const before = keptSettings();
  // Kept for one installation, it is nobody else's to see.
  if (before && addressOf(before.url) === url) return { url, token: before.token };
  throw new Failure(
    `No token for ${url}. Make one on its page "API tokens" and run "sluice login ${url}", or set SLUICE_TOKEN.`,
    exits.forbidden,
  );
}

/** Keeps them where only this person reads them. */
export function keep(settings: Settings): void {
  const file = credentialsFile();
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
}

export function forget(): void {
  rmSync(credentialsFile(), { force: true });
}
