/**
 * Who may go on now, of what programs ask for: `most` at once. While a person's page is being answered, one, begun no
 * sooner than `apartMs` after the last, so that a flood of programs takes neither the process nor the warehouse's and the
 * database's processors from those who look. Nobody is refused: the others wait, each in the order in which they came,
 * turn about by whose they are. Pages without end hold nobody up for ever.
 */
export class PagesFirst {
  /** Those who wait, by whose they are; the next turn is that of the first. */
  private readonly line = new Map<string, (() => void)[]>();
  private inHand = 0;
  private pages = 0;
  private begunAt = Number.NEGATIVE_INFINITY;
  private later: NodeJS.Timeout | undefined;

  constructor(
    private readonly most: number,
    private readonly apartMs: number,
    private readonly lingerMs: number,
  ) {}

  /** Runs `go` when its turn has come. */
  async take<T>(whose: string, go: () => Promise<T>): Promise<T> {
    await new Promise<void>((come) => {
      const own = this.line.get(whose);
      if (own) own.push(come);
      else this.line.set(whose, [come]);
      this.call();
    });
    try {
      return await go();
    } finally {
      this.inHand -= 1;
      this.call();
    }
  }

  /** A page is being answered, until the returned function is called; and a moment longer, for what it asks for next. */
  page(): () => void {
    let over = false;
    this.pages += 1;
    return () => {
      if (over) return;
      over = true;
      setTimeout(() => {
        this.pages -= 1;
        this.call();
      }, this.lingerMs).unref();
    };
  }

  /** How long until another may begin; null: when something ends. */
  private waitMs(): number | null {
    if (this.pages === 0) return this.inHand < this.most ? 0 : null;
    return this.inHand > 0 ? null : Math.max(0, this.begunAt + this.apartMs - performance.now());
  }

  private call(): void {
    clearTimeout(this.later);
    for (let wait = this.waitMs(); wait !== null; wait = this.waitMs()) {
      const [first] = this.line;
      if (!first) return;
      if (wait > 0) {
        this.later = setTimeout(() => this.call(), wait);
        return;
      }
      const [whose, waiting] = first;
      const come = waiting.shift();
      this.line.delete(whose);
      if (waiting.length > 0) this.line.set(whose, waiting);
      this.inHand += 1;
      this.begunAt = performance.now();
      come?.();
    }
  }
}

const holder = globalThis as typeof globalThis & { sluicePagesFirst?: PagesFirst };

/** Enough to keep the database busy; more would only wait there instead of here. */
const most = 8;
/** Some 33 a second: what they cost then, in all processes, leaves a page most of two processors. */
const apartMs = 30;
const lingerMs = 100;

/** The process's own. */
export function pagesFirst(): PagesFirst {
  holder.sluicePagesFirst ??= new PagesFirst(most, apartMs, lingerMs);
  return holder.sluicePagesFirst;
}
