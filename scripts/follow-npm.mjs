// npm hands a signal to the shell that it runs a script in; that shell ends and tells us nothing. So we look who our
// parents are. Only under npm: whoever starts the script itself may leave it running on purpose.
import { readFileSync } from "node:fs";
import process from "node:process";

/** Parent, and where that is npm's shell, the one above; `/proc` is missing elsewhere than on Linux. */
function parents() {
  try {
    const [, name, above] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${process.ppid}/stat`, "utf8"));
    return /^(ba|da)?sh$/.test(name) ? `${process.ppid} ${above}` : `${process.ppid}`;
  } catch {
    return `${process.ppid}`;
  }
}

/** Asks this process to end, as Ctrl-C would, once the npm that started it has ended. */
export function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const first = parents();
  const timer = setInterval(() => {
    if (parents() === first) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 500);
  timer.unref();
}
