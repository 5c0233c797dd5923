import type { Connection } from "./adapter";

const idleMs = 60_000;

interface Door<Client> {
  connection: Connection;
  client: Promise<Client>;
  timer?: NodeJS.Timeout;
}

/** One reserved connection a role, made when it is asked for, anew after a change of the role, shut a minute after its last use. */
export class Doors<Client extends { on(event: "end", forget: () => void): unknown }> {
  private readonly doors = new Map<string, Door<Client>>();

  /** @param destroy without a farewell, which may never be heard */
  constructor(
    private readonly connect: (connection: Connection) => Promise<Client>,
    private readonly destroy: (client: Client) => void,
  ) {}

  open(connection: Connection): Promise<Client> {
    const { roleId, revision } = connection;
    if (this.doors.has(roleId) && this.doors.get(roleId)?.connection.revision !== revision) this.shut(roleId);
    let door = this.doors.get(roleId);
    if (!door) {
      const opened: Door<Client> = { connection, client: this.connect(connection) };
      // Not the door that may have taken its place meanwhile.
      const forget = () => {
        if (this.doors.get(roleId) === opened) this.doors.delete(roleId);
      };
      opened.client.then((client) => client.on("end", forget), forget);
      door = opened;
      this.doors.set(roleId, door);
    }
    clearTimeout(door.timer);
    door.timer = setTimeout(() => this.shut(roleId), idleMs);
    door.timer.unref();
    return door.client;
  }

  shut(roleId: string): void {
    const door = this.doors.get(roleId);
    if (!door) return;
    clearTimeout(door.timer);
    this.doors.delete(roleId);
    door.client.then(this.destroy).catch(() => undefined);
  }

  close(warehouseId?: string): void {
    for (const [roleId, { connection }] of [...this.doors])
      if (warehouseId === undefined || connection.warehouseId === warehouseId) this.shut(roleId);
  }
}
