import { type ClosedDraft, type Draft, inOrder, mergeDrafts, newDraft, type ServerDraft } from "./drafts";

/** How well the last change is kept. */
export type Keeping = "kept" | "keeping" | "offline" | "signed out";

export interface DraftState {
  /** Null until this browser or the server has said which tabs there are. */
  drafts: Draft[] | null;
  keeping: Keeping;
  /** Newest first. */
  closed: ClosedDraft[];
  /** Counts, by tab, how often its text came from elsewhere: the editor takes it over when this moves. */
  revisions: Record<string, number>;
}

/** What the store stands on; the browser's own in the page, others in tests. */
export interface Ports {
  /** Drafts are kept by person: two people may use one browser. */
  userId: string;
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  read(): Promise<ServerDraft[]>;
  /** @param last the page is going away: the call must outlive it */
  save(draft: Draft, last: boolean): Promise<{ updatedAt: string }>;
  remove(tab: string): Promise<void>;
  /** Tells an ended session from a server that cannot be reached. */
  signedOut(error: unknown): boolean;
}

const DELAY_MS = 300;
const RETRY_MS = 5_000;
const CLOSED_KEPT = 20;

/** Tabs and their text. Closing the browser, losing the network or the session loses none of it. */
export class DraftStore {
  private state: DraftState = { drafts: null, keeping: "kept", closed: [], revisions: {} };
  private readonly listeners = new Set<() => void>();
  /** Typed and not yet written to this browser's storage. */
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly sending = new Set<string>();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private order: string[] = [];

  constructor(private readonly ports: Ports) {}

  get = (): DraftState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async start(): Promise<void> {
    this.order = this.readJson<string[]>(`sluice.tabs.${this.ports.userId}`) ?? [];
    const closed = this.readJson<ClosedDraft[]>(this.closedKey) ?? [];
    const local = this.readLocal();
    this.put({ closed, drafts: local.length > 0 ? inOrder(local, this.order) : null });
    try {
      const server = await this.ports.read();
      const merged = mergeDrafts(this.state.drafts ?? [], server);
      const kept = new Set(merged.map(({ tab }) => tab));
      for (const { tab } of local) if (!kept.has(tab)) this.forget(tab);
      for (const draft of merged) {
        this.takeOver(draft);
        this.write(draft);
      }
      this.put({ drafts: inOrder(merged, this.order) });
      this.resend();
    } catch (error) {
      this.failed(error);
    }
    if (!this.state.drafts?.length) this.put({ drafts: [newDraft(null)] });
  }

  change(tab: string, patch: Partial<Pick<Draft, "sql" | "title" | "warehouse">>): void {
    const before = this.find(tab);
    if (!before) return;
    this.replace({ ...before, ...patch, dirty: true });
    clearTimeout(this.timers.get(tab));
    this.timers.set(
      tab,
      setTimeout(() => this.settle(tab), DELAY_MS),
    );
    if (this.state.keeping === "kept") this.put({ keeping: "keeping" });
  }

  /** A tab with this text: a blank one that stands open is used before a new one is made. */
  open(warehouse: string | null, sql = "", title = ""): string {
    const blank = sql && this.state.drafts?.find((draft) => !draft.sql.trim() && !draft.title);
    if (blank) {
      this.change(blank.tab, { sql: sql.replaceAll(/\r\n?/g, "\n"), title, warehouse: warehouse ?? blank.warehouse });
      this.bump(blank.tab);
      return blank.tab;
    }
    const draft = newDraft(warehouse, sql, title);
    this.put({ drafts: [...(this.state.drafts ?? []), draft] });
    if (draft.dirty) this.settle(draft.tab);
    return draft.tab;
  }

  close(tab: string): void {
    const draft = this.find(tab);
    if (!draft) return;
    this.forget(tab);
    // Also one that never reached the server: a save of it may be on its way.
    void this.ports.remove(tab).catch(() => undefined);
    if (draft.sql.trim()) {
      const { title, sql, warehouse } = draft;
      this.putClosed([{ title, sql, warehouse, closedAt: Date.now() }, ...this.state.closed]);
    }
    const left = (this.state.drafts ?? []).filter((each) => each.tab !== tab);
    this.put({ drafts: left.length > 0 ? left : [newDraft(draft.warehouse)] });
  }

  /** Opens a closed tab again, with the text that it had. */
  reopen(closed: ClosedDraft): string {
    this.putClosed(this.state.closed.filter((each) => each !== closed));
    return this.open(closed.warehouse, closed.sql, closed.title);
  }

  /** Puts a tab before another, or behind all. */
  move(tab: string, before: string | null): void {
    const drafts = this.state.drafts ?? [];
    const moved = this.find(tab);
    if (!moved || tab === before) return;
    const rest = drafts.filter((draft) => draft !== moved);
    const at = rest.findIndex((draft) => draft.tab === before);
    rest.splice(at === -1 ? rest.length : at, 0, moved);
    this.order = rest.map((draft) => draft.tab);
    this.writeJson(`sluice.tabs.${this.ports.userId}`, this.order);
    this.put({ drafts: rest });
  }

  /** Everything typed is written down now: the page may be going away. */
  flush(last: boolean): void {
    for (const tab of [...this.timers.keys()]) this.settle(tab, last);
  }

  /** Tries again what the server has not taken. */
  resend(): void {
    for (const draft of this.state.drafts ?? []) if (draft.dirty) void this.send(draft.tab, false);
  }

  /** Once the server has all that was typed in a tab. @throws Error where it cannot be reached */
  async saved(tab: string): Promise<void> {
    this.flush(false);
    if (!this.find(tab)?.dirty) return;
    this.put({ keeping: "keeping" });
    this.resend();
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const { keeping } = this.state;
        if (!this.find(tab)?.dirty) resolve();
        else if (keeping === "offline" || keeping === "signed out") reject(new Error("The draft could not be kept."));
        else return;
        over();
      };
      const over = this.subscribe(look);
      look();
    });
  }

  /** Another window of this browser wrote or closed a tab. What is being typed here stays. */
  onStorage(key: string | null, value: string | null): void {
    if (key === this.closedKey) this.put({ closed: parse<ClosedDraft[]>(value) ?? [] });
    if (!key?.startsWith(this.prefix)) return;
    const tab = key.slice(this.prefix.length);
    if (this.timers.has(tab)) return;
    const draft = parse<Draft>(value);
    const known = this.find(tab);
    if (draft && typeof draft.sql === "string") {
      this.takeOver(draft);
      if (known) this.replace(draft);
      else this.put({ drafts: inOrder([...(this.state.drafts ?? []), draft], this.order) });
      // The other window may have sent what was typed here.
      if (!this.state.drafts?.some((each) => each.dirty)) this.put({ keeping: "kept" });
    } else if (known) {
      const left = (this.state.drafts ?? []).filter((each) => each !== known);
      this.put({ drafts: left.length > 0 ? left : [newDraft(known.warehouse)] });
    }
  }

  stop(): void {
    this.flush(true);
    clearTimeout(this.retry);
  }

  private settle(tab: string, last = false): void {
    clearTimeout(this.timers.get(tab));
    this.timers.delete(tab);
    const draft = this.find(tab);
    if (!draft) return;
    this.write(draft);
    void this.send(tab, last);
  }

  /** One save at a time for each tab, so that an older text never lands after a newer one. */
  private async send(tab: string, last: boolean): Promise<void> {
    const draft = this.find(tab);
    if (!draft?.dirty || this.sending.has(tab)) return;
    this.sending.add(tab);
    try {
      const { updatedAt } = await this.ports.save(draft, last);
      const now = this.find(tab);
      if (now) {
        const same = now.sql === draft.sql && now.title === draft.title && now.warehouse === draft.warehouse;
        this.replace({ ...now, base: updatedAt, dirty: !same });
        this.write({ ...now, base: updatedAt, dirty: !same });
      } else void this.ports.remove(tab).catch(() => undefined);
      this.sending.delete(tab);
      if (now && this.find(tab)?.dirty && !this.timers.has(tab)) void this.send(tab, last);
      if (!this.state.drafts?.some((each) => each.dirty)) this.put({ keeping: "kept" });
    } catch (error) {
      this.sending.delete(tab);
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const signedOut = this.ports.signedOut(error);
    this.put({ keeping: signedOut ? "signed out" : "offline" });
    clearTimeout(this.retry);
    // A sign-in in another window makes the next try succeed, so an ended session is tried again as well.
    this.retry = setTimeout(() => this.resend(), RETRY_MS);
  }

  private find(tab: string): Draft | undefined {
    return this.state.drafts?.find((draft) => draft.tab === tab);
  }

  private replace(draft: Draft): void {
    this.put({ drafts: (this.state.drafts ?? []).map((each) => (each.tab === draft.tab ? draft : each)) });
  }

  private takeOver(draft: Draft): void {
    const known = this.find(draft.tab);
    if (known && known.sql !== draft.sql) this.bump(draft.tab);
  }

  private bump(tab: string): void {
    this.put({ revisions: { ...this.state.revisions, [tab]: (this.state.revisions[tab] ?? 0) + 1 } });
  }

  private put(patch: Partial<DraftState>): void {
    this.state = { ...this.state, ...patch };
    for (const listener of this.listeners) listener();
  }

  private get prefix(): string {
    return `sluice.draft.${this.ports.userId}.`;
  }

  private get closedKey(): string {
    return `sluice.closed.${this.ports.userId}`;
  }

  private putClosed(closed: ClosedDraft[]): void {
    this.put({ closed: closed.slice(0, CLOSED_KEPT) });
    this.writeJson(this.closedKey, this.state.closed);
  }

  private readLocal(): Draft[] {
    const found: Draft[] = [];
    try {
      for (let index = 0; index < this.ports.storage.length; index++) {
        const key = this.ports.storage.key(index);
        const draft = key?.startsWith(this.prefix) ? this.readJson<Draft>(key) : null;
        if (key && draft && typeof draft.sql === "string") found.push({ ...draft, tab: key.slice(this.prefix.length) });
      }
    } catch {
      // Storage may be forbidden; the server's copy serves then.
    }
    return found;
  }

  private write(draft: Draft): void {
    this.writeJson(this.prefix + draft.tab, draft);
  }

  private forget(tab: string): void {
    clearTimeout(this.timers.get(tab));
    this.timers.delete(tab);
    try {
      this.ports.storage.removeItem(this.prefix + tab);
    } catch {
      // Forbidden storage holds nothing to remove.
    }
  }

  private readJson<T>(key: string): T | null {
    try {
      return parse<T>(this.ports.storage.getItem(key));
    } catch {
      return null;
    }
  }

  private writeJson(key: string, value: unknown): void {
    try {
      this.ports.storage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the server's copy serves then.
    }
  }
}

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
