import type { WarehouseView } from "@/lib/connections/schema";

/** What the form holds: every value of `config` as the API names it, so that a refusal finds its field by path. */
export interface WarehouseValues {
  name: string;
  engine: string;
  config: { host: string; port: number | string; database: string; user: string; password: string; tls: string };
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
    slots: view?.admin?.slots ?? 8,
    perUser: view?.admin?.perUser ?? 4,
    statementTimeout: view?.statementTimeout ?? 3600,
    retentionDays: view?.retentionDays ?? "",
    openToCompany: view?.openToCompany ?? false,
  };
}

/** As the API takes it. An empty password is left out: the stored one stays. */
export function bodyOf(values: WarehouseValues, isNew: boolean) {
  const { engine, config, slots, perUser, statementTimeout, retentionDays, ...rest } = values;
  const { password, port, ...open } = config;
  return {
    ...rest,
    ...(isNew ? { engine } : {}),
    config: { ...open, port: Number(port), ...(password || isNew ? { password } : {}) },
    slots: Number(slots),
    perUser: Number(perUser),
    statementTimeout: Number(statementTimeout),
    retentionDays: retentionDays === "" ? null : Number(retentionDays),
  };
}
