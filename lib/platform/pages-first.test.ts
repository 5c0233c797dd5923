import { expect, it, vi } from "vitest";
import { PagesFirst } from "./pages-first";

/** Work that is in hand until it is told to end, and the order in which it began. */
function work(turns: PagesFirst) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (name: string) =>
    turns.take(name.slice(0, 1), async () => {
      begun.push(name);
      await new Promise<void>((end) => ends.set(name, end));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { begun, ask, end };
}

it("lets so many go on at once, and the next in the order in which they came", async () => {
  const { begun, ask, end } = work(new PagesFirst(2, 0, 0));
  for (const name of ["a1", "a2", "a3", "a4"]) void ask(name);
  await end("");
  expect(begun).toEqual(["a1", "a2"]);
  await end("a2");
  expect(begun).toEqual(["a1", "a2", "a3"]);
  await end("a1");
  expect(begun).toEqual(["a1", "a2", "a3", "a4"]);
});

it("goes turn about by whose they are: a flood delays another's first by no more than what is in hand", async () => {
  const { begun, ask, end } = work(new PagesFirst(1, 0, 0));
  for (const name of ["a1", "a2", "a3", "b1", "b2", "c1"]) void ask(name);
  await end("");
  for (let n = 0; n < 6; n++) await end(begun[n] ?? "");
  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
});

it("takes one at a time while a page is being answered, and never none", async () => {
  const turns = new PagesFirst(3, 0, 0);
  const { begun, ask, end } = work(turns);
  const over = turns.page();
  for (const name of ["a1", "a2", "a3", "a4"]) void ask(name);
  await end("");
  expect(begun).toEqual(["a1"]);
  await end("a1");
  expect(begun).toEqual(["a1", "a2"]);
  const second = turns.page();
  over();
  over();
  await end("");
  expect(begun).toEqual(["a1", "a2"]);
  second();
  await new Promise((later) => setTimeout(later, 5));
  await end("");
  expect(begun).toEqual(["a1", "a2", "a3", "a4"]);
});

it("leaves time between one and the next while pages are being answered, and none after", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const turns = new PagesFirst(2, 30, 100);
  const { begun, ask, end } = work(turns);
  const over = turns.page();
  for (const name of ["a1", "a2", "a3", "a4", "a5"]) void ask(name);
  await end("");
  await end("a1");
  vi.advanceTimersByTime(29);
  await end("");
  expect(begun).toEqual(["a1"]);
  vi.advanceTimersByTime(1);
  await end("");
  expect(begun).toEqual(["a1", "a2"]);
  over();
  await end("");
  expect(begun).toEqual(["a1", "a2"]);
  vi.advanceTimersByTime(100);
  await end("");
  expect(begun).toEqual(["a1", "a2", "a3"]);
  vi.useRealTimers();
});

it("gives the turn on when what had it fails", async () => {
  const turns = new PagesFirst(1, 0, 0);
  const failed = turns.take("a", () => Promise.reject(new Error("no")));
  const next = turns.take("b", async () => "went");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("went");
});
