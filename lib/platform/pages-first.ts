/**
 * Who may go on now, of what programs ask for: `most` at once, one while a person's page is being answered, so that a
 * flood of programs does not take the process from those who look. Nobody is refused: the others wait, each in the order
 * in which they came, turn about by whose they are. One is always in hand, so that pages hold nobody up for ever.
 */
export class PagesFirst {
  /** Those who wait, by whose they are; the next turn is that of the first. */
  private readonly line = new Map<string, (() => void)[]>();
  private inHand = 0;
  private pages = 0;

  constructor(private readonly most: number) {}

  /** Runs `go` when its turn has come. */
  async take<T>(whose: string, go: () => Promise<T>): Promise<T> {
    if (this.inHand < this.room() && this.line.size === 0) this.inHand += 1;
    else
      await new Promise<void>((come) => {
        const own = this.line.get(whose);
        if (own) own.push(come);
        else this.line.set(whose, [come]);
      });
    try {
      return await go();
    } finally {
      this.inHand -= 1;
      this.call();
    }
  }

  /** A page is being answered, until the returned function is called. */
  page(): () => void {
    let over = false;
    this.pages += 1;
    return () => {
      if (over) return;
      over = true;
      this.pages -= 1;
      this.call();
    };
  }

  private room(): number {
    return this.pages > 0 ? 1 : this.most;
  }

  private call(): void {
    while (this.inHand < this.room()) {
      const [first] = this.line;
      if (!first) return;
      const [whose, waiting] = first;
      const come = waiting.shift();
      this.line.delete(whose);
      if (waiting.length > 0) this.line.set(whose, waiting);
      this.inHand += 1;
      come?.();
    }
  }
}

const holder = globalThis as typeof globalThis & { sluicePagesFirst?: PagesFirst };

/** Enough to keep the database busy; more would only wait there instead of here. */
const most = 8;

/** The process's own. */
export function pagesFirst(): PagesFirst {
  holder.sluicePagesFirst ??= new PagesFirst(most);
  return holder.sluicePagesFirst;
}
