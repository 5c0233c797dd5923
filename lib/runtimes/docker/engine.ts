import Docker from "dockerode";
import { SluiceError } from "@/lib/platform/errors";
import { unlessStatus } from "@/lib/runtimes/unless";

/** What an engine answers with an error carries its HTTP status; what did not reach it has none. */
interface EngineError extends Error {
  statusCode?: number;
  code?: string;
  json?: { message?: string };
}

const asEngineError = (error: unknown) => error as EngineError;

/** Without an address what Docker's own client takes: DOCKER_HOST, or the socket of this machine. */
export function connect(address?: string): Docker {
  if (address === undefined) return new Docker();
  const url = new URL(address);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
  return new Docker({ protocol: "http", host: url.hostname, port: url.port || "2375" });
}

export const statusOf = (error: unknown): number | undefined => asEngineError(error).statusCode;

/** The connection was lost or never made; what was asked may have been done or not. */
export const isUnreachable = (error: unknown): boolean => statusOf(error) === undefined;

/** The engine's own words, without the HTTP around them. */
export const wordsOf = (error: unknown): string => asEngineError(error).json?.message ?? asEngineError(error).message;

/** As what the platform cannot do; with the sentence that helps where nobody answers. */
export function unavailable(error: unknown, what: string): SluiceError {
  if (error instanceof SluiceError) return error;
  const why = isUnreachable(error)
    ? `the container engine does not answer (${wordsOf(error)}). Start Docker, or say by DOCKER_HOST where it is.`
    : wordsOf(error);
  return new SluiceError("unavailable", `${what}: ${why}`, {}, { cause: error });
}

/** Undefined where the engine says that there is no such thing (404), or that it is so already (304). */
export const unless = unlessStatus(statusOf);
