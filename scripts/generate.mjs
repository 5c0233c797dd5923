// `prisma generate` without Prisma's download: it only wants the engine's path to exist, and never starts it.
import { spawnSync } from "node:child_process";
import process from "node:process";

const answer = spawnSync("node_modules/.bin/prisma", ["generate", "--no-hints"], {
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  },
});
process.exit(answer.status ?? 1);
