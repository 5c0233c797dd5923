/** The one end of a relay: whoever asks for it, by a cut or at the attempt's end, waits for the same. */
export class RelayEnd {
  private reason: string | null = null;
  private ending: Promise<boolean> | null = null;

  /** @param endAll ends what there is; false where the warehouse has not confirmed that nothing is left */
  constructor(private readonly endAll: () => Promise<boolean>) {}

  /** Why, in words, as the first who asked has said; null: it has not been ended. */
  get because(): string | null {
    return this.reason;
  }

  begin(reason: string): Promise<boolean> {
    this.reason ??= reason;
    this.ending ??= this.endAll().then((ended) => {
      // Whoever asks again, at the attempt's end say, has it looked at again.
      if (!ended) this.ending = null;
      return ended;
    });
    return this.ending;
  }
}
