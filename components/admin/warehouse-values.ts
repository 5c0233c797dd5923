import { numberOf } from "@/components/admin/gate-limits";
import type { WarehouseView } from "@/lib/connections/schema";

/** What the form holds: every value as the API names it, so that a refusal finds its field by path. */
export interface WarehouseValues {
  name: string;
  engine: string;
  config: { host: string; port: number | string; database: string; user: string; password: string; tls: string };
  hasWriter: boolean;
  writer: { user: string; password: string };
  /** The further readers, with the passwords that another host asks for. In the API's order, which its errors go by. */
  readers: { id: string; name: string; user: string; password: string }[];
  slots: number | string;
  perUser: number | string;
  statementTimeout: number | string;
  retentionDays: number | string;
  openToCompany: boolean;
}

export function valuesOf(view: WarehouseView | undefined): WarehouseValues {
  const config = view?.admin?.config ?? {};
  const text = (name: string, otherwise = "") => String(config[name] ?? otherwise);
  return {
    name: view?.name ?? "",
    engine: view?.engine ?? "postgres",
    config: {
      host: text("host"),
      port: Number(config.port ?? 5432),
      database: text("database"),
      user: view?.admin?.readers[0]?.user ?? "",
      password: "",
      tls: text("tls", "prefer"),
    },
    hasWriter: Boolean(view?.admin?.writer),
    writer: { user: view?.admin?.writer?.user ?? "", password: "" },
    readers: (view?.admin?.readers ?? []).slice(1).map(({ id, name, user }) => ({ id, name, user, password: "" })),
    slots: view?.admin?.slots ?? 8,
    perUser: view?.admin?.perUser ?? 4,
    statementTimeout: view?.statementTimeout ?? 3600,
    retentionDays: view?.retentionDays ?? "",
    openToCompany: view?.openToCompany ?? false,
  };
}

/** Settings and one account, as connection tests and saves take them. An empty password is left out: the stored one stays. */
export function accountOf(values: WarehouseValues, account: Pick<Account, "user" | "password">) {
  const { host, port, database, tls } = values.config;
  const { user, password } = account;
  return { host, port: numberOf(port), database, tls, user, ...(password ? { password } : {}) };
}

export interface Account {
  /** Where its errors go: `config`, `writer`, or `readers.N` of the further readers. */
  path: string;
  user: string;
  password: string;
  writes: boolean;
}

/** Every account that a save would sign in with anew: each is tried before. */
export function accountsOf({ config, readers, hasWriter, writer }: WarehouseValues): Account[] {
  const further = readers.map(({ user, password }, at) => ({ path: `readers.${at}`, user, password, writes: false }));
  return [
    { path: "config", user: config.user, password: config.password, writes: false },
    ...further.filter(({ password }) => password),
    ...(hasWriter ? [{ path: "writer", user: writer.user, password: writer.password, writes: true }] : []),
  ];
}

/** As the API takes it. */
export function bodyOf(values: WarehouseValues, isNew: boolean) {
  const { engine, config, hasWriter, writer, readers, slots, perUser, statementTimeout, retentionDays, ...rest } =
    values;
  const asked = accountOf(values, config);
  const kept = { user: writer.user, ...(writer.password || isNew ? { password: writer.password } : {}) };
  const again = readers.filter(({ password }) => password).map(({ id, password }) => ({ id, password }));
  return {
    ...rest,
    ...(isNew ? { engine } : {}),
    ...(again.length ? { readers: again } : {}),
    config: isNew ? { ...asked, password: config.password } : asked,
    ...(hasWriter ? { writer: kept } : isNew ? {} : { writer: null }),
    slots: numberOf(slots),
    perUser: numberOf(perUser),
    statementTimeout: numberOf(statementTimeout),
    retentionDays: numberOf(retentionDays),
  };
}

/** Whether the stored passwords would go somewhere new; the API decides, this shows the fields for it. */
export function moves(before: WarehouseValues, now: WarehouseValues): boolean {
  const where = ({ config: { host, port, tls } }: WarehouseValues) => JSON.stringify([host, port, tls]);
  return where(before) !== where(now);
}

/** Whether a save would change how Sluice signs in, and so needs a test. */
export function reconnects(before: WarehouseValues, now: WarehouseValues): boolean {
  return (
    JSON.stringify([before.config, before.hasWriter, before.writer, before.readers]) !==
    JSON.stringify([now.config, now.hasWriter, now.writer, now.readers])
  );
}
