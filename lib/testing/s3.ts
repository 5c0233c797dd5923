import { type ChildProcess, spawn } from "node:child_process";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { inject } from "vitest";
import { freePort } from "../../scripts/ports.mjs";
import { pythonServer } from "./python-servers";

export interface S3Server {
  endpoint: string;
  bucket: string;
  start(): Promise<void>;
  kill(): void;
  /** Its objects by their keys, at most 1,000, with their sizes in bytes. */
  objects(): Promise<Record<string, number>>;
}

/** A real S3 server process with an empty bucket. Killed, it forgets what it held. */
export async function s3Server(): Promise<S3Server | null> {
  const found = await pythonServer(inject("pythonHome"), "moto");
  if ("missing" in found) return null;
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const bucket = "results";
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" });
  let child: ChildProcess | undefined;
  const client = new S3Client({ endpoint, forcePathStyle: true });
  return {
    endpoint,
    bucket,
    async start() {
      child = spawn(found.program, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
      for (let attempt = 0; ; attempt++) {
        const made = await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: Error) => error);
        if (!(made instanceof Error)) return;
        if (attempt > 100) throw made;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    kill: () => void child?.kill("SIGKILL"),
    async objects() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Object.fromEntries(Contents.map(({ Key = "", Size = 0 }) => [Key, Size]));
    },
  };
}
