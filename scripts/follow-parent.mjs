// Preloaded into every program that a start keeps running: when the start is gone, however it ended, so are we.
import process from "node:process";

if (process.channel) {
  process.channel.unref();
  process.once("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 10_000).unref();
  });
}
