// npm passes SIGTERM and SIGINT on, and nobody passes on what kills npm itself: so we look whether it is still there. Only
// under npm: whoever starts the script itself may leave it running on purpose.
import process from "node:process";

/** Asks this process to end, as Ctrl-C would, once the npm that started it has ended. */
export function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, 500);
  timer.unref();
}
