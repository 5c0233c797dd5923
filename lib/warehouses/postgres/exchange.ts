import type pg from "pg";

/**
 * One conversation of the wire protocol, from what is sent to the server's ReadyForQuery. It settles only there
 * (or when the connection ends), so that the session is free for the next one when the promise is.
 */
export abstract class Exchange<Result> implements pg.Submittable {
  protected error: unknown = null;
  private settle: () => void = () => {};
  private submitted = false;

  readonly done: Promise<Result>;

  constructor() {
    this.done = new Promise<Result>((resolve, reject) => {
      this.settle = () => {
        if (this.error) reject(this.error);
        else resolve(this.result());
      };
    });
  }

  protected abstract send(connection: pg.Connection): void;
  protected abstract result(): Result;

  submit = (connection: pg.Connection): void => {
    this.submitted = true;
    const finish = () => {
      connection.removeListener("readyForQuery", finish);
      connection.removeListener("end", lost);
      this.settle();
    };
    const lost = () => {
      this.error ??= new Error("the server closed the connection");
      finish();
    };
    connection.on("readyForQuery", finish);
    connection.on("end", lost);
    this.send(connection);
  };

  handleError(error: unknown): void {
    this.error ??= error;
    // A client that is already closed refuses without submitting; nothing more will come.
    if (!this.submitted) this.settle();
  }

  handleRowDescription(_message: { fields: pg.FieldDef[] }): void {}
  handleCommandComplete(_message: { text: string }): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleReadyForQuery(): void {}
  handleCopyData(): void {}
  handleCopyInResponse(): void {}
}

/** The parts of pg's connection that its types leave out or ask too much for. */
export interface Wire {
  parse(message: { name?: string; text: string; types?: number[] }): void;
  bind(message: { values?: (string | null)[] }): void;
  execute(message: { rows?: number }): void;
  describe(message: { type: "S" | "P"; name?: string }): void;
  close(message: { type: "S" | "P"; name?: string }): void;
  query(text: string): void;
  sync(): void;
  on(event: string, listener: (message: never) => void): void;
  removeListener(event: string, listener: (message: never) => void): void;
  stream: import("node:net").Socket;
}
