import { readFileSync } from "node:fs";
import path from "node:path";

const { params } = JSON.parse(readFileSync(path.join(process.env.SLUICE_IN, "context.json"), "utf8"));
if (params.message) console.log(params.message);
if (params.seconds) await new Promise((resolve) => setTimeout(resolve, params.seconds * 1_000));
if (params.fail) {
  console.error("It was told to end in failure.");
  process.exitCode = 1;
}
