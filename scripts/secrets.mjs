// The secrets of an installation that brings everything along: made once, readable by nobody else.
import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

// Without characters that look alike: somebody may type it.
const readable = "abcdefghjkmnpqrstuvwxyz23456789";

const random = () => randomBytes(32).toString("base64url");

function save(file, secrets) {
  // Written aside and renamed: a start that is ended here leaves no half of a file.
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/**
 * `{authSecret, keys, firstPassword?, database: {superuser, owner, application}}` from home/secrets.json, made when
 * missing. `firstPassword` is the first admin's until a start has shown it.
 */
export function secretsOf(home) {
  mkdirSync(home, { recursive: true });
  const file = path.join(home, "secrets.json");
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    return JSON.parse(readFileSync(file, "utf8"));
  }
  const secrets = {
    authSecret: random(),
    keys: `k1:${randomBytes(32).toString("base64")}`,
    firstPassword: Array.from({ length: 20 }, () => readable[randomInt(readable.length)]).join(""),
    database: { superuser: random(), owner: random(), application: random() },
  };
  save(file, secrets);
  return secrets;
}

export function forgetFirstPassword(home) {
  const { firstPassword, ...kept } = secretsOf(home);
  if (firstPassword) save(path.join(home, "secrets.json"), kept);
}
