// The roles and the database of an embedded server: an owner that migrates, and the lesser role that the programs use.
import pg from "pg";

const literal = pg.Client.prototype.escapeLiteral;

/** @param socket {string | null} the folder of the server's socket, to go that way */
export function address(user, password, port, database, socket = null) {
  const way = socket ? `?host=${encodeURIComponent(socket)}` : "";
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}${way}`;
}

/** @param passwords {{superuser: string, owner: string, application: string}} */
export async function provide(port, passwords) {
  const client = new pg.Client({ connectionString: address("postgres", passwords.superuser, port, "postgres") });
  await client.connect();
  try {
    const has = async (query) => ((await client.query(query)).rowCount ?? 0) > 0;
    for (const [role, password] of [
      ["sluice_owner", passwords.owner],
      ["sluice_app", passwords.application],
    ]) {
      if (!(await has(`select 1 from pg_roles where rolname = '${role}'`)))
        await client.query(`create role ${role} login password ${literal(password)}`);
    }
    if (!(await has("select 1 from pg_database where datname = 'sluice'"))) {
      await client.query("create database sluice owner sluice_owner");
      await client.query("revoke connect on database sluice, postgres from public");
      await client.query("grant connect on database sluice to sluice_app");
    }
  } finally {
    await client.end();
  }
}
