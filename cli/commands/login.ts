import { z } from "zod";
import { Client } from "../client";
import type { Command } from "../command";
import { Failure } from "../failure";
import { readHidden } from "../read-hidden";
import { addressOf, credentialsFile, forget, keep, urlFor } from "../settings";

const me = z.object({ email: z.string(), name: z.string(), role: z.string() });

export const login: Command = {
  name: "login",
  words: ["[address]"],
  summary: "Keep an address and an API token for the commands below",
  flags: {},
  notes: `The token is asked for, or read from stdin: never an argument, which every user of the machine can see. It is tried, then
kept in ~/.config/sluice/credentials.json, which only you can read. Make one on Sluice's page "API tokens".`,
  async run(given) {
    const url = given.words[0] ? addressOf(given.words[0]) : urlFor(given.text("url"));
    const token = (await readHidden("API token")).trim();
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
