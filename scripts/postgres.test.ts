import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { startPostgres } from "./postgres.mjs";
import { StartError } from "./steps.mjs";

const home = mkdtempSync(path.join(tmpdir(), "sluice-major-"));
afterEach(() => rmSync(home, { recursive: true, force: true }));

it.each(["17", "19"])(
  "data of PostgreSQL %s is not started, nor touched, and it is said how it comes along",
  async (of) => {
    const data = path.join(home, "pg");
    mkdirSync(data, { recursive: true });
    // Where root starts this, the server's own user has to reach it.
    chmodSync(home, 0o755);
    writeFileSync(path.join(data, "PG_VERSION"), `${of}\n`);
    const refused = await startPostgres(home, "unused").catch((error: Error) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect((refused as Error).message).toBe(
      `${data} was made by PostgreSQL ${of}; this release brings 18. Nothing was touched. Start the release that you had ` +
        "before, write its data with `sluice backup`, then start this one with an empty SLUICE_HOME and `sluice restore`.",
    );
    expect(readdirSync(home)).toEqual(["pg"]);
    expect(readdirSync(data)).toEqual(["PG_VERSION"]);
    expect(readFileSync(path.join(data, "PG_VERSION"), "utf8")).toBe(`${of}\n`);
  },
);
