// Preloaded into every program that a start keeps running: when the start is gone, however it ended, so are we.
import process from "node:process";

// A program's own workers inherit this preload but not the duty: letting go of their channel ends them too early.
const follows = process.env.SLUICE_FOLLOW === undefined || Number(process.env.SLUICE_FOLLOW) === process.ppid;

if (process.channel && follows) {
  process.channel.unref();
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
