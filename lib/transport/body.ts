import { SluiceError } from "@/lib/platform/errors";

/** Room for SQL and forms; files take another way. */
export const bodyLimit = 8 * 1024 * 1024;

const tooLarge = () =>
  new SluiceError("too_large", `The body is over ${bodyLimit / 1024 / 1024} MB. Send less, or split it.`);

/** The body's text, read no further than the limit. @throws SluiceError too_large */
export async function readText(request: Request): Promise<string> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > bodyLimit) throw tooLarge();
  // Node's HTTP parser holds a client to its content-length, so only a body without one is counted here.
  if (declared !== null) return request.text();
  if (!request.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > bodyLimit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export interface DocumentText {
  text: string;
  format: "yaml" | "json";
}

/** @throws SluiceError bad_request when the text is not announced as YAML or JSON */
export function documentText(text: string, type: string | null): DocumentText {
  const announced = type?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (/^(application\/(x-)?|text\/(x-)?)yaml$|\+yaml$/.test(announced)) return { text, format: "yaml" };
  if (/^application\/([\w.+-]+\+)?json$/.test(announced)) return { text, format: "json" };
  const header = "Content-Type: application/yaml or application/json";
  throw new SluiceError("bad_request", `Send the document as YAML or JSON, with the header ${header}.`);
}

/** @throws SluiceError bad_request when the text is not JSON or not announced as it. */
export function parseJson(text: string, type: string | null): unknown {
  if (text === "") return {};
  if (!type || !/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new SluiceError("bad_request", "Send the body as JSON, with the header Content-Type: application/json.");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SluiceError("bad_request", `The body is not JSON: ${(error as Error).message}`);
  }
}
