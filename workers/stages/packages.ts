import { env } from "@/lib/platform/env";
import { type Base, packagesFor } from "@/lib/runtimes/packages";
import type { Runtime } from "@/lib/runtimes/runtime";
import { hider } from "./hide";
import { LogLost, logSink } from "./log";
import type { OwnAttempt } from "./own-attempt";

/**
 * The folder with the packages that a stage asks for; null: it asks for none. What comes of that stands first in its log.
 * @throws as `packagesFor` does; the signal's reason when the attempt is stopped meanwhile
 */
export async function placePackages(
  own: OwnAttempt,
  engine: Runtime,
  base: Base,
  requirements: string[],
): Promise<string | null> {
  if (requirements.length === 0) return null;
  const keep = logSink(own.queued);
  const hide = hider(accessTo(env().PIP_INDEX_URL));
  const tell = async (texts: string[]) => {
    const at = Date.now();
    // Before the program's own log begins.
    await keep(
      texts.map((text) => ({ stream: "platform", at, text: hide(text) })),
      null,
    ).catch((error: unknown) => {
      if (!(error instanceof LogLost)) throw error;
      return own.lose();
    });
    own.stopped.throwIfAborted();
  };
  return packagesFor(engine, base, requirements, own.stopped, tell);
}

/** What an index wants to be named by, which pip may repeat. */
function accessTo(index: string | undefined): string[] {
  if (!index) return [];
  const { username, password } = new URL(index);
  return [username, password, decodeURIComponent(password)];
}
