import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type Docker from "dockerode";

/** What the tests' programs are made of. */
const tools = [
  ...["sh", "cat", "date", "env", "head", "id", "ls", "perl", "rm", "seq", "sleep", "touch", "tr"],
  // Of what stands beside a program in a cluster.
  ...["flock", "ln", "mkdir", "mv", "readlink", "tar"],
];
const name = "sluice-test/tools:2";
const elsewhere = "debian:bookworm-slim";

const find = (tool: string) => execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();

/** The libraries of a program, and what loads them. */
function librariesOf(file: string): string[] {
  const told = execFileSync("ldd", [file], { encoding: "utf8" });
  return [...told.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library as string);
}

/**
 * An image of this machine's own programs, so that no registry is needed and it is made within a second; where they are
 * not Linux's, Debian's smallest.
 */
export async function testImage(docker: Docker, scratch: string): Promise<string> {
  const had = async (image: string) =>
    docker
      .getImage(image)
      .inspect()
      .then(
        () => true,
        () => false,
      );
  if (await had(name)) return name;
  if (process.platform !== "linux") {
    if (!(await had(elsewhere))) {
      const stream = await docker.pull(elsewhere);
      await new Promise<void>((resolve, reject) =>
        docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
      );
    }
    return elsewhere;
  }
  const archive = path.join(scratch, "root.tar");
  archiveOf(tools, scratch, archive);
  const imported = await docker.importImage(archive, { repo: name.split(":")[0], tag: name.split(":")[1] });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(imported, (error) => (error ? reject(error) : resolve())),
  );
  rmSync(archive);
  return name;
}

/** These of this machine's programs with what loads them, as the files of an image: a tar archive. On Linux. */
export function archiveOf(programs: string[], scratch: string, archive: string): void {
  const root = path.join(scratch, "root");
  rmSync(root, { recursive: true, force: true });
  const put = (from: string, to: string) => {
    const place = path.join(root, to);
    mkdirSync(path.dirname(place), { recursive: true });
    if (!existsSync(place)) copyFileSync(from, place);
  };
  for (const tool of programs) {
    const file = find(tool);
    put(file, `bin/${tool}`);
    for (const library of librariesOf(file)) put(library, library);
  }
  for (const folder of ["tmp", "run"]) mkdirSync(path.join(root, folder));
  execFileSync("tar", ["-C", root, "-cf", archive, "."]);
  rmSync(root, { recursive: true, force: true });
}
