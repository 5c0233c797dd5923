import { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

export interface Bucket {
  name: string;
  /** Before every key, without a slash at its ends; may be empty. */
  prefix: string;
  /** Of a service that is not Amazon's. */
  endpoint: string | undefined;
}

/** What the service itself is asked; credentials and region come from the SDK's own chain. */
export function s3Objects({ name, prefix, endpoint }: Bucket) {
  const client = new S3Client({
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 60_000 },
  });
  const full = (key: string) => (prefix ? `${prefix}/${key}` : key);

  async function upload(key: string, body: Readable | Buffer): Promise<void> {
    const params = { Bucket: name, Key: full(key), Body: body };
    await new Upload({ client, params, partSize: 8 << 20, queueSize: 2 }).done();
  }

  async function get(key: string): Promise<Readable> {
    const answer = await client.send(new GetObjectCommand({ Bucket: name, Key: full(key) }));
    if (!(answer.Body instanceof Readable)) throw new Error(`The store gave no stream for ${key}.`);
    return answer.Body;
  }

  async function* list(below: string): AsyncIterable<{ key: string; bytes: number; modified: Date }> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: name, Prefix: full(below), ContinuationToken: token }),
      );
      for (const item of page.Contents ?? []) {
        if (item.Key) {
          const key = prefix ? item.Key.slice(prefix.length + 1) : item.Key;
          yield { key, bytes: item.Size ?? 0, modified: item.LastModified ?? new Date(0) };
        }
      }
      token = page.NextContinuationToken;
    } while (token);
  }

  /** At most 1,000 keys at once. */
  async function remove(keys: string[]): Promise<void> {
    const Objects = keys.map((key) => ({ Key: full(key) }));
    const answer = await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }));
    if (answer.Errors?.length) throw new Error(`The store kept ${answer.Errors.length} of ${keys.length} objects.`);
  }

  async function check(): Promise<void> {
    await client.send(new HeadBucketCommand({ Bucket: name }));
  }

  return { upload, get, list, remove, check };
}
