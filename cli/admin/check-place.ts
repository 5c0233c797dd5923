import { statfs } from "node:fs/promises";
import { listDisks } from "@/lib/disks/data";
import { diskWords } from "@/lib/disks/words";
import { env } from "@/lib/platform/env";
import { places } from "@/lib/platform/store/open";
import { storedResults } from "@/lib/results/keep-to-budget";
import { bad, bytes, type Finding, note, ok } from "./finding";

const major = 24;
const tight = { share: 0.1, bytes: 5 * 1024 ** 3 };

export function checkNode(): Finding {
  return Number(process.versions.node.split(".")[0]) >= major
    ? ok("node", `Node ${process.versions.node}.`)
    : note("node", `This is Node ${process.versions.node}; Sluice is made for ${major}. npm start brings its own.`);
}

/** Whether so many bytes of a disk are enough. */
export function roomAt(folder: string, all: number, free: number): Finding {
  const says = `${bytes(free)} of ${bytes(all)} are free where ${folder} is.`;
  if (free >= tight.bytes && free >= all * tight.share) return ok("disk", says);
  const state = free < tight.bytes / 5 ? bad : note;
  return state("disk", `${says} Give it more, or lower the days that results are kept.`);
}

/** Room on each disk that Sluice writes to. */
export async function checkDisks(home: string): Promise<Finding[]> {
  const found = new Map<string, Finding>();
  for (const folder of [home, ...places().folders]) {
    const disk = await statfs(folder).catch(() => null);
    if (!disk) continue;
    const [all, free] = [disk.blocks * disk.bsize, disk.bavail * disk.bsize];
    // Folders on one disk have the same to say.
    found.set(`${all}-${free}`, roomAt(folder, all, free));
  }
  return [...found.values()];
}

/** What the workers measured: whether a disk will be full, and what stored results take. */
export async function checkRoom(): Promise<Finding[]> {
  const [disks, { bytes: stored, keptBytes }] = await Promise.all([listDisks(), storedResults()]);
  const budget = env().RESULTS_MAX_BYTES;
  const most = budget === undefined ? "; RESULTS_MAX_BYTES sets no limit" : ` of the ${bytes(budget)} that they may`;
  const results = `Stored results take ${bytes(stored)}${most}.`;
  const over = budget !== undefined && keptBytes > budget;
  const why = ` ${bytes(keptBytes)} of it are shared, on boards or favourites' answers, which stay: raise the limit.`;
  return [
    ...disks.map((disk) => (disk.filling ? note : ok)("room", diskWords(disk))),
    over ? note("results", results + why) : ok("results", results),
  ];
}

/** Whether people reach it under the address that it tells them, and what a proxy in front has to be allowed. */
export async function checkAddress(running: boolean): Promise<Finding[]> {
  const { SLUICE_URL, HOST, PORT, TRUSTED_PROXIES } = env();
  const url = SLUICE_URL ?? `http://${HOST === "0.0.0.0" ? "127.0.0.1" : HOST}:${PORT}`;
  const found: Finding[] = [];
  const answer = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(5_000) }).catch(
    (error: Error) => error,
  );
  if (answer instanceof Response && answer.ok) found.push(ok("address", `${url} answers.`));
  else if (running || SLUICE_URL) {
    const why = answer instanceof Response ? `It answers ${answer.status}` : `It cannot be reached: ${answer.message}`;
    found.push(
      (running ? bad : note)("address", `${url}: ${why}. Check PORT, HOST, SLUICE_URL and the proxy in front.`),
    );
  }
  const believed = TRUSTED_PROXIES("127.0.0.1") || TRUSTED_PROXIES("10.0.0.1");
  if (SLUICE_URL?.startsWith("https:") && !believed)
    found.push(
      note(
        "proxies",
        "SLUICE_URL is https, so a proxy stands in front. Name it in TRUSTED_PROXIES, or all people share its address in limits and audit.",
      ),
    );
  return found;
}
