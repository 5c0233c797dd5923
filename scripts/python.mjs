// `npm run python [-- operator …]`: the Python of stages that run as processes, below SLUICE_HOME. Each operator that says
// what it requires has an environment of its own.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { root } from "./install.mjs";
import { unlessFresh } from "./sources.mjs";

const places = ["operators", ...(process.env.SLUICE_OPERATORS ?? "").split(",").map((one) => one.trim())].filter(
  Boolean,
);
/** As lib/runtimes/process/command.ts looks for them. */
const folderOf = (id) => path.resolve(process.env.SLUICE_HOME || ".sluice", id === "python" ? id : `python-${id}`);

function run(command, args) {
  const answer = spawnSync(command, args, { stdio: "inherit" });
  if (answer.status === 0) return;
  const why = answer.error
    ? 'There is no Python 3. Install it with its venv module ("apt-get install python3-venv").'
    : `${command} ${args.join(" ")} failed.`;
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

process.chdir(root);
const found = new Map(
  places.flatMap((place) =>
    readdirSync(place).flatMap((id) => {
      const file = path.resolve(place, id, "requirements.txt");
      return existsSync(file) ? [[id, file]] : [];
    }),
  ),
);
const all = [...found.keys()];
const asked = process.argv.slice(2);
const unknown = asked.find((id) => !all.includes(id));
if (unknown) {
  process.stderr.write(`No operator ${unknown} has a Python of its own. Those that have: ${all.join(", ")}.\n`);
  process.exit(1);
}
for (const id of asked.length > 0 ? asked : all) {
  const [folder, wanted] = [folderOf(id), found.get(id)];
  const made = await unlessFresh(path.join(folder, ".stamp"), [wanted, "scripts/python.mjs"], () => {
    run("python3", ["-m", "venv", "--clear", folder]);
    run(path.join(folder, "bin", "pip"), ["install", "-q", "--disable-pip-version-check", "-r", wanted]);
  });
  process.stdout.write(made ? `${id}: installed in ${folder}.\n` : `${id}: it is in ${folder} already.\n`);
}
