// Preloaded into every program that a start runs: when the start is gone, however it ended, so are we.
import process from "node:process";

// Children of ours load this too (they inherit Node's flags), but their channels are not ours to let go of: a worker of
// `next build` would end before it was given anything to do.
if (process.channel && process.env.SLUICE_FOLLOW === String(process.ppid)) {
  process.channel.unref();
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
