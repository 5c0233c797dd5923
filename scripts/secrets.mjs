// The secrets of an installation that brings everything along: made once, readable by nobody else.
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

const random = () => randomBytes(32).toString("base64url");

/** `{authSecret, keys, database: {superuser, owner, application}}` from home/secrets.json, made when missing. */
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
    database: { superuser: random(), owner: random(), application: random() },
  };
  // Written aside and renamed: a start that is ended here leaves no half of a file.
  writeFileSync(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return secrets;
}
