// Creates and starts a stage, and dies as a worker that is killed: with nothing put away.
import process from "node:process";
import { dockerRuntime } from "@/lib/runtimes/docker/runtime";
import { processRuntime } from "@/lib/runtimes/process/runtime";

const { spec, home, ...docker } = JSON.parse(process.argv[2] ?? "{}");
const runtime = home
  ? processRuntime({ home, path: process.env.PATH ?? "" })
  : dockerRuntime({ network: null, accounts: null, paths: [], ca: null, logBytes: 2 ** 28, ...docker });
const handle = await runtime.create(spec);
await runtime.start(handle);
process.kill(process.pid, "SIGKILL");
