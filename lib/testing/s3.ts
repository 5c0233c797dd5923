import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { freePort } from "../../scripts/ports.mjs";

export interface S3Server {
  endpoint: string;
  bucket: string;
  start(): Promise<void>;
  kill(): void;
}

/** moto's server in an environment of its own; null where Python or PyPI are missing. */
function motoServer(): string | null {
  const venv = path.resolve(".sluice-test", "moto");
  const binary = path.join(venv, "bin", "moto_server");
  if (existsSync(binary)) return binary;
  if (spawnSync("python3", ["-m", "venv", venv]).status !== 0) return null;
  spawnSync(path.join(venv, "bin", "pip"), ["install", "-q", "moto[server]==5.2.5"], { timeout: 150_000 });
  return existsSync(binary) ? binary : null;
}

/** A real S3 server process with an empty bucket. Killed, it forgets what it held. */
export async function s3Server(): Promise<S3Server | null> {
  const binary = motoServer();
  if (!binary) return null;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const bucket = "results";
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  let child: ChildProcess | undefined;
  return {
    endpoint,
    bucket,
    async start() {
      child = spawn(binary, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
      const client = new S3Client({ endpoint, forcePathStyle: true });
      for (let attempt = 0; ; attempt++) {
        const made = await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: Error) => error);
        if (!(made instanceof Error)) return;
        if (attempt > 100) throw made;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    kill: () => void child?.kill("SIGKILL"),
  };
}
