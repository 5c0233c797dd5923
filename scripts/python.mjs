// `npm run python`: the Python of stages that run as processes, in an environment of its own below SLUICE_HOME.
import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { root } from "./install.mjs";
import { unlessFresh } from "./sources.mjs";

const wanted = path.join("operators", "python", "requirements.txt");

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
const folder = path.resolve(process.env.SLUICE_HOME || ".sluice", "python");
const made = await unlessFresh(path.join(folder, ".stamp"), [wanted, "scripts/python.mjs"], () => {
  run("python3", ["-m", "venv", "--clear", folder]);
  run(path.join(folder, "bin", "pip"), ["install", "-q", "--disable-pip-version-check", "-r", wanted]);
});
process.stdout.write(made ? `Installed in ${folder}.\n` : `It is in ${folder} already.\n`);
