import { SluiceError } from "@/lib/platform/errors";

/** A download lasts as long as its reader takes, and all share a few children. */
const perPerson = 2;

const running = new Map<string, number>();

/** Counts a person's downloads in this process until what it gives is called. @throws SluiceError rate_limited */
export function takeTurn(personId: string): () => void {
  const count = running.get(personId) ?? 0;
  if (count >= perPerson) {
    const message = `You have ${perPerson} downloads running. Wait until one is done, or stop it, and try again.`;
    throw new SluiceError("rate_limited", message, { retryAfter: 10 });
  }
  running.set(personId, count + 1);
  let over = false;
  return () => {
    if (over) return;
    over = true;
    const others = (running.get(personId) ?? 1) - 1;
    if (others > 0) running.set(personId, others);
    else running.delete(personId);
  };
}
