import { beforeEach, describe, expect, it, vi } from "vitest";
import { DraftStore, type Ports } from "@/components/editor/draft-store";
import type { Draft, ServerDraft } from "@/components/editor/drafts";

/** A browser's storage, shared by the windows of a test. */
function memory() {
  const kept = new Map<string, string>();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

class Ended extends Error {}

/** A server that keeps drafts, and can be gone or have ended the session. */
function server() {
  const drafts = new Map<string, ServerDraft>();
  let clock = 0;
  const self = {
    drafts,
    broken: null as Error | null,
    saves: [] as string[],
    gate: Promise.resolve(),
    read: async () => {
      if (self.broken) throw self.broken;
      return [...drafts.values()];
    },
    save: async ({ tab, title, sql, warehouse }: Draft) => {
      await self.gate;
      if (self.broken) throw self.broken;
      const updatedAt = `at ${++clock}`;
      drafts.set(tab, { tab, title, sql, warehouse, updatedAt });
      self.saves.push(sql);
      return { updatedAt };
    },
    remove: async (tab: string) => void drafts.delete(tab),
    signedOut: (error: unknown) => error instanceof Ended,
  };
  return self;
}

let storage: ReturnType<typeof memory>;
let remote: ReturnType<typeof server>;

async function open(userId = "ana", ports: Partial<Ports> = {}) {
  const store = new DraftStore({ ...remote, storage, userId, ...ports });
  await store.start();
  return store;
}
const texts = (store: DraftStore) => store.get().drafts?.map(({ sql }) => sql);
const firstTab = (store: DraftStore) => store.get().drafts?.[0]?.tab ?? "";

beforeEach(() => {
  vi.useFakeTimers();
  storage = memory();
  remote = server();
  return () => vi.useRealTimers();
});

async function typed(store: DraftStore, sql: string) {
  store.change(firstTab(store), { sql });
  await vi.advanceTimersByTimeAsync(300);
}

describe("what another page needs", () => {
  it("is at the server once it says so", async () => {
    const store = await open();
    store.change(firstTab(store), { sql: "select 1" });
    await store.saved(firstTab(store));
    expect(remote.saves).toEqual(["select 1"]);
    // Nothing is left to send.
    await store.saved(firstTab(store));
    expect(remote.saves).toEqual(["select 1"]);
    expect(store.get().keeping).toBe("kept");
  });

  it("is not, where the server cannot be reached, and stays here", async () => {
    const store = await open();
    remote.broken = new Error("no network");
    store.change(firstTab(store), { sql: "select 1" });
    await expect(store.saved(firstTab(store))).rejects.toThrow();
    expect(texts(store)).toEqual(["select 1"]);
  });
});

describe("what was typed is there again", () => {
  it("after the page was closed and opened", async () => {
    await typed(await open(), "select 1");
    expect(texts(await open())).toEqual(["select 1"]);
  });

  it("when the page closes before the pause after typing has passed", async () => {
    const store = await open();
    store.change(firstTab(store), { sql: "select 1" });
    store.flush(true);
    remote.drafts.clear();
    expect(texts(await open())).toEqual(["select 1"]);
  });

  it("in another browser", async () => {
    await typed(await open(), "select 1");
    storage = memory();
    expect(texts(await open())).toEqual(["select 1"]);
  });

  it("after the network was lost, and reaches the server once that answers", async () => {
    const store = await open();
    remote.broken = new Error("no network");
    await typed(store, "select 1");
    expect(store.get().keeping).toBe("offline");
    remote.broken = null;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(store.get().keeping).toBe("kept");
    expect(remote.saves).toEqual(["select 1"]);
  });

  it("after the session ended and the person signed in again", async () => {
    const store = await open();
    remote.broken = new Ended();
    await typed(store, "select 1");
    expect(store.get().keeping).toBe("signed out");
    store.stop();
    remote.broken = null;
    expect(texts(await open())).toEqual(["select 1"]);
    await vi.advanceTimersByTimeAsync(0);
    expect(remote.saves).toEqual(["select 1"]);
  });
});

it("shows nobody the tabs of another person who uses this browser", async () => {
  const store = await open("ana");
  await typed(store, "select secret");
  remote.drafts.clear();
  expect(texts(await open("bo"))).toEqual([""]);
});

it("never lets an older text land after a newer one", async () => {
  const store = await open();
  let release = () => {};
  remote.gate = new Promise((resolve) => {
    release = resolve;
  });
  await typed(store, "select 1");
  await typed(store, "select 12");
  expect(remote.saves).toEqual([]);
  release();
  await vi.advanceTimersByTimeAsync(0);
  expect(remote.saves).toEqual(["select 1", "select 12"]);
  expect(store.get().keeping).toBe("kept");
});

describe("two windows", () => {
  it("show each other's text, and the editor is told to take it over", async () => {
    const one = await open();
    await typed(one, "select 1");
    const two = await open();
    const tab = firstTab(one);
    one.change(tab, { sql: "select 12" });
    await vi.advanceTimersByTimeAsync(300);
    two.onStorage(`sluice.draft.ana.${tab}`, storage.getItem(`sluice.draft.ana.${tab}`));
    expect(texts(two)).toEqual(["select 12"]);
    expect(two.get().revisions[tab]).toBe(1);
  });

  it("call it kept once either has sent what was typed", async () => {
    const one = await open();
    remote.broken = new Ended();
    await typed(one, "select 1");
    remote.broken = null;
    const tab = firstTab(one);
    await open();
    await vi.advanceTimersByTimeAsync(0);
    one.onStorage(`sluice.draft.ana.${tab}`, storage.getItem(`sluice.draft.ana.${tab}`));
    expect(one.get().keeping).toBe("kept");
  });

  it("show a tab once while it is not sent yet", async () => {
    const one = await open();
    const two = await open();
    await typed(one, "select 1");
    const tab = firstTab(one);
    const storedAs = (patch: object) => JSON.stringify({ ...one.get().drafts?.[0], ...patch });
    two.onStorage(`sluice.draft.ana.${tab}`, storedAs({ dirty: true }));
    two.onStorage(`sluice.draft.ana.${tab}`, storedAs({ dirty: true, sql: "select 2" }));
    expect(two.get().drafts?.filter((draft) => draft.tab === tab)).toMatchObject([{ sql: "select 2" }]);
  });

  it("take nothing away from who is typing", async () => {
    const one = await open();
    await typed(one, "select 1");
    const two = await open();
    const tab = firstTab(one);
    two.change(tab, { sql: "select mine" });
    two.onStorage(`sluice.draft.ana.${tab}`, JSON.stringify({ ...one.get().drafts?.[0], sql: "select other" }));
    two.onStorage(`sluice.draft.ana.${tab}`, null);
    expect(texts(two)).toEqual(["select mine"]);
  });
});

describe("tabs", () => {
  it("are closed for good on the server and can be opened again", async () => {
    const store = await open();
    await typed(store, "select 1");
    store.close(firstTab(store));
    expect(remote.drafts.size).toBe(0);
    expect(texts(store)).toEqual([""]);
    const [closed] = store.get().closed;
    if (!closed) throw new Error("nothing was kept of the closed tab");
    store.reopen(closed);
    expect(texts(store)).toEqual(["select 1"]);
    expect(store.get().closed).toEqual([]);
  });

  it("are closed on the server also when a save of them was on its way", async () => {
    const store = await open();
    let release = () => {};
    remote.gate = new Promise((resolve) => {
      release = resolve;
    });
    await typed(store, "select 1");
    store.close(firstTab(store));
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(remote.drafts.size).toBe(0);
  });

  it("stand in the order they were put, also after a reload", async () => {
    const store = await open();
    await typed(store, "select 1");
    vi.advanceTimersByTime(5);
    const second = store.open(null, "select 2");
    store.move(second, firstTab(store));
    await vi.advanceTimersByTimeAsync(300);
    expect(texts(store)).toEqual(["select 2", "select 1"]);
    expect(texts(await open())).toEqual(["select 2", "select 1"]);
  });

  it("that stand blank are used for a link's SQL", async () => {
    const store = await open();
    store.open("demo", "select 1");
    expect(store.get().drafts).toMatchObject([{ sql: "select 1", warehouse: "demo" }]);
    expect(store.get().revisions[firstTab(store)]).toBe(1);
  });
});
