import { Readable } from "node:stream";

/** A line of JSON for each value, as they come; whoever goes away ends it. */
export function ndjson(values: AsyncIterable<object>, gone: AbortSignal): Response {
  const stream = Readable.from(texts(values));
  gone.addEventListener("abort", () => stream.destroy());
  if (gone.aborted) stream.destroy();
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, {
    headers: {
      "content-type": "application/x-ndjson",
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
      // A proxy that gathers would keep the last lines back.
      "x-accel-buffering": "no",
    },
  });
}

async function* texts(values: AsyncIterable<object>): AsyncGenerator<Buffer> {
  for await (const value of values) yield Buffer.from(`${JSON.stringify(value)}\n`);
}
