import { expect, it } from "vitest";
import { RelayEnd } from "./relay-end";

/** Ends that answer in turn, each when it is let. */
function ends(...confirmed: boolean[]) {
  const lets: (() => void)[] = [];
  const end = new RelayEnd(() => {
    const ended = confirmed[lets.length] ?? true;
    return new Promise((resolve) => lets.push(() => resolve(ended)));
  });
  return { end, lets };
}

it("ends once for all who ask, by the first one's reason", async () => {
  const { end, lets } = ends(true);
  expect(end.because).toBeNull();
  const both = [end.begin("An admin stopped it."), end.begin("This attempt has ended.")];
  expect(end.because).toBe("An admin stopped it.");
  lets[0]?.();
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(await end.begin("This attempt has ended.")).toBe(true);
  expect(lets).toHaveLength(1);
});

it("looks again for who asks after an end that was not confirmed, and keeps the reason", async () => {
  const { end, lets } = ends(false, true);
  const first = end.begin("An admin stopped it.");
  lets[0]?.();
  expect(await first).toBe(false);
  const again = end.begin("This attempt has ended.");
  expect(lets).toHaveLength(2);
  lets[1]?.();
  expect(await again).toBe(true);
  expect(end.because).toBe("An admin stopped it.");
});
