import { RequestError, request } from "@/components/results/request";

/** One tab of the editor. What a person typed is kept here first, then on the server. */
export interface Draft {
  tab: string;
  title: string;
  sql: string;
  warehouse: string | null;
  /** Milliseconds of this browser's clock; decides nothing between machines, only which copy here is newer. */
  changedAt: number;
}

const PREFIX = "sluice.draft.";

export function readLocalDrafts(): Draft[] {
  const drafts: Draft[] = [];
  try {
    for (let index = 0; index < localStorage.length; index++) {
      const key = localStorage.key(index);
      if (!key?.startsWith(PREFIX)) continue;
      const draft = JSON.parse(localStorage.getItem(key) ?? "null") as Draft | null;
      if (draft && typeof draft.sql === "string") drafts.push({ ...draft, tab: key.slice(PREFIX.length) });
    }
  } catch {
    // Storage may be forbidden; the server's copy serves then.
  }
  return drafts;
}

export function keepLocalDraft(draft: Draft): void {
  try {
    localStorage.setItem(PREFIX + draft.tab, JSON.stringify(draft));
  } catch {
    // Full or forbidden: the server's copy serves then.
  }
}

export function dropLocalDraft(tab: string): void {
  try {
    localStorage.removeItem(PREFIX + tab);
  } catch {
    // See above.
  }
}

interface StoredDraft {
  tab?: string;
  id?: string;
  title?: string | null;
  sql: string;
  warehouse?: string | null;
  warehouseId?: string | null;
  updatedAt?: string;
}

export async function readServerDrafts(): Promise<Draft[]> {
  const answer = await request<{ items: StoredDraft[] } | StoredDraft[]>("/api/v1/drafts");
  const items = Array.isArray(answer) ? answer : answer.items;
  return items.flatMap((item) => {
    const tab = item.tab ?? item.id;
    if (!tab) return [];
    const changedAt = item.updatedAt ? Date.parse(item.updatedAt) : 0;
    return [
      {
        tab,
        title: item.title ?? "Untitled",
        sql: item.sql,
        warehouse: item.warehouse ?? item.warehouseId ?? null,
        changedAt,
      },
    ];
  });
}

export async function keepServerDraft(draft: Draft): Promise<void> {
  const { tab, title, sql, warehouse } = draft;
  // Browsers refuse keepalive bodies over 64 KiB.
  const keepalive = sql.length < 30_000;
  await request(`/api/v1/drafts/${encodeURIComponent(tab)}`, {
    method: "PUT",
    body: { title, sql, warehouse },
    keepalive,
  });
}

export async function dropServerDraft(tab: string): Promise<void> {
  try {
    await request(`/api/v1/drafts/${encodeURIComponent(tab)}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
  }
}

/** Of two copies of a tab the newer wins; a tie goes to this browser, where the person types. */
export function mergeDrafts(local: Draft[], server: Draft[]): Draft[] {
  const byTab = new Map(server.map((draft) => [draft.tab, draft]));
  for (const draft of local) {
    const other = byTab.get(draft.tab);
    if (!other || draft.changedAt >= other.changedAt || draft.sql === other.sql) byTab.set(draft.tab, draft);
  }
  return [...byTab.values()].sort((a, b) => a.tab.localeCompare(b.tab));
}

export function newDraft(warehouse: string | null, sql = ""): Draft {
  return {
    tab: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`,
    title: "",
    sql,
    warehouse,
    changedAt: Date.now(),
  };
}

/** A tab without a title is called by what it reads from. */
export function draftTitle(draft: Draft): string {
  if (draft.title) return draft.title;
  const from = /\bfrom\s+([\w".]+)/i.exec(draft.sql)?.[1];
  return from?.replaceAll('"', "") ?? "New query";
}
