import { SluiceError } from "./errors";

/** Lets `most` work at once in this process and `waiting` wait for their turn; who comes after is refused. */
export class Turns {
  #busy = 0;
  readonly #queue: (() => void)[] = [];

  constructor(
    readonly most: number,
    readonly waiting: number,
    /** What is said to who is refused. */
    readonly full: string,
  ) {}

  get idle(): boolean {
    return this.#busy === 0;
  }

  /** @throws SluiceError rate_limited when the queue is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy < this.most) this.#busy++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // A turn goes over to the next in line without becoming free, so that nobody gets in between.
      const next = this.#queue.shift();
      if (next) next();
      else this.#busy--;
    }
  }

  #turn(): Promise<void> {
    if (this.#queue.length >= this.waiting) throw new SluiceError("rate_limited", this.full, { retryAfter: 2 });
    return new Promise((resolve) => this.#queue.push(resolve));
  }
}
