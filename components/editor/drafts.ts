/** One tab of the editor. What a person typed is kept in this browser first, then on the server. */
export interface Draft {
  tab: string;
  /** Empty until the person gives one. */
  title: string;
  sql: string;
  warehouse: string | null;
  /** When the server took the copy that this text grew from; null before it had one. Only compared for equality. */
  base: string | null;
  /** Changed here and not yet taken by the server. */
  dirty: boolean;
}

export interface ServerDraft {
  tab: string;
  title: string | null;
  sql: string;
  warehouse: string | null;
  updatedAt: string;
}

/** A tab that was closed, kept so that it can be opened again. */
export interface ClosedDraft extends Pick<Draft, "title" | "sql" | "warehouse"> {
  closedAt: number;
}

function newTab(): string {
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
}

/** One kind of line end, as the editor's own text has, so that offsets of both agree. */
export function newDraft(warehouse: string | null, sql = "", title = ""): Draft {
  return { tab: newTab(), title, sql: sql.replaceAll(/\r\n?/g, "\n"), warehouse, base: null, dirty: sql !== "" };
}

function fromServer({ tab, title, sql, warehouse, updatedAt }: ServerDraft): Draft {
  return { tab, title: title ?? "", sql, warehouse, base: updatedAt, dirty: false };
}

/**
 * This browser's tabs and the server's as one list. No clock decides: a text that grew from the server's copy goes
 * on; one that grew from an older copy, while another browser wrote on, stands beside the other as a tab of its own.
 */
export function mergeDrafts(local: Draft[], server: ServerDraft[]): Draft[] {
  const merged = new Map(server.map((draft) => [draft.tab, fromServer(draft)]));
  for (const draft of local) {
    const other = merged.get(draft.tab);
    if (!other) {
      // The server had it and has it no more: it was closed elsewhere. What it never had is sent now.
      if (draft.dirty || draft.base === null) merged.set(draft.tab, { ...draft, base: null, dirty: true });
    } else if (draft.dirty && draft.sql !== other.sql) {
      if (draft.base === other.base) merged.set(draft.tab, draft);
      else {
        const copy = newDraft(draft.warehouse, draft.sql, draft.title);
        merged.set(copy.tab, copy);
      }
    } else if (draft.dirty && draft.base === other.base) merged.set(draft.tab, draft);
  }
  return [...merged.values()];
}

/** Tabs in the order that the person gave them; new ones, whose names sort by time, behind. */
export function inOrder(drafts: Draft[], order: string[]): Draft[] {
  const place = new Map(order.map((tab, at) => [tab, at]));
  return [...drafts].sort(
    (a, b) =>
      (place.get(a.tab) ?? Number.POSITIVE_INFINITY) - (place.get(b.tab) ?? Number.POSITIVE_INFINITY) ||
      a.tab.localeCompare(b.tab),
  );
}

/** A tab without a title is called by its leading comment, or by what it reads from. */
export function draftTitle({ title, sql }: Pick<Draft, "title" | "sql">): string {
  if (title) return title;
  const comment = /^\s*--+\s*(\S[^\n]*)/.exec(sql)?.[1]?.trim();
  if (comment) return comment.slice(0, 60);
  const from = /\bfrom\s+([\w".]+)/i.exec(sql)?.[1]?.replaceAll('"', "");
  return from || (sql.trim() ? sql.trim().replaceAll(/\s+/g, " ").slice(0, 24) : "New query");
}
