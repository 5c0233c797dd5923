import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { z } from "zod";
import { Client } from "../client";
import type { Command } from "../command";
import { Failure } from "../failure";
import { addressOf, credentialsFile, forget, keep, urlFor } from "../settings";

const me = z.object({ email: z.string(), name: z.string(), role: z.string() });

/** From a terminal without showing it; else the whole of stdin. */
async function readToken(): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).trim();
  process.stderr.write("API token: ");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const typed = await lines.question("");
  lines.close();
  process.stderr.write("\n");
  return typed.trim();
}

export const login: Command = {
  name: "login",
  words: ["[address]"],
  summary: "Keep an address and an API token for the commands below",
  flags: {},
  notes: `The token is asked for, or read from stdin: never an argument, which every user of the machine can see. It is tried, then
kept in ~/.config/sluice/credentials.json, which only you can read. Make one on Sluice's page "API tokens".`,
  async run(given) {
    const url = given.words[0] ? addressOf(given.words[0]) : urlFor(given.text("url"));
    const token = await readToken();
    if (!/^[\x21-\x7e]{1,200}$/.test(token)) throw new Failure("That is no token: it has no spaces, and is not empty.");
    const { name, email, role } = await new Client({ url, token }).ask("/me", me);
    keep({ url, token });
    process.stderr.write(`Signed in to ${url} as ${name} (${email}, ${role}). Kept in ${credentialsFile()}.\n`);
    return undefined;
  },
};

export const logout: Command = {
  name: "logout",
  words: [],
  summary: "Forget what login kept",
  flags: {},
  notes: 'The token itself stays good: "sluice tokens revoke" ends it.',
  async run() {
    forget();
    return undefined;
  },
};
