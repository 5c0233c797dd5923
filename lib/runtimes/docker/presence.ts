import { IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { isUnreachable } from "./engine";

const againMs = 250;

/**
 * Whether the engine was away while somebody counts on it. An answer that is waited for when an engine is killed may never
 * say that its wire was cut, and one that is started anew at once takes new requests as if nothing had been: so a stream of
 * its events is kept open, whose end says it.
 */
export class Presence {
  /** How often it was seen to go, or was not there. */
  absences = 0;
  private holds = 0;
  private over = new AbortController();

  constructor(private readonly docker: Docker) {}

  missed(): void {
    this.absences += 1;
  }

  /** Watches until what it returns is called. */
  hold(): () => void {
    if (this.holds++ === 0) {
      this.over = new AbortController();
      void this.watch(this.over.signal);
    }
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.holds === 0) this.over.abort();
    };
  }

  private async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const events = await this.docker.getEvents({ filters: { type: ["daemon"] }, abortSignal: signal });
        // Nothing of it is wanted but its end, and nobody's own end waits for that.
        events.resume();
        if (events instanceof IncomingMessage) events.socket.unref();
        await finished(events);
      } catch (error) {
        // One that tells no events is not watched.
        if (!isUnreachable(error)) return;
      }
      if (signal.aborted) return;
      this.missed();
      await delay(againMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
