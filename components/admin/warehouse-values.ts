import { numberOf } from "@/components/admin/number-of";
import type { WarehouseView } from "@/lib/connections/schema";
import type { ShownForm } from "@/lib/warehouses/config";

/** What the form holds: every value as the API names it, so that a refusal finds its field by path. */
export interface WarehouseValues {
  name: string;
  engine: string;
  /** The engine's fields by name; the account's user and password among them, by whatever name the form shows them. */
  config: Record<string, string | number>;
  hasWriter: boolean;
  writer: { user: string; password: string };
  /** The further readers, with the passwords that another host asks for. In the API's order, which its errors go by. */
  readers: { id: string; name: string; user: string; password: string }[];
  slots: number | string;
  perUser: number | string;
  unwatchedMinutes: number | string;
  statementTimeout: number | string;
  retentionDays: number | string;
  openToCompany: boolean;
}

/** What the fields of an engine begin with, or hold of a stored warehouse. A secret is never read back. */
export function configOf(form: ShownForm | undefined, stored: Record<string, unknown> = {}): WarehouseValues["config"] {
  const fields = (form?.fields ?? []).filter(({ type }) => type !== "password");
  return {
    user: "",
    password: "",
    ...Object.fromEntries(
      fields.map(({ name, initial = "" }) => [name, (stored[name] as string | number | undefined | null) ?? initial]),
    ),
  };
}

export function valuesOf(view: WarehouseView | undefined, forms: ShownForm[]): WarehouseValues {
  const engine = view?.engine ?? forms[0]?.engine ?? "";
  const form = forms.find((one) => one.engine === engine);
  const config = configOf(form, view?.admin?.config);
  return {
    name: view?.name ?? "",
    engine,
    config: { ...config, user: view?.admin?.readers[0]?.user ?? "" },
    hasWriter: Boolean(view?.admin?.writer),
    writer: { user: view?.admin?.writer?.user ?? "", password: "" },
    readers: (view?.admin?.readers ?? []).slice(1).map(({ id, name, user }) => ({ id, name, user, password: "" })),
    slots: view?.admin?.slots ?? form?.slots ?? "",
    perUser: view?.admin?.perUser ?? 4,
    unwatchedMinutes: view?.admin?.unwatchedMinutes ?? "",
    statementTimeout: view?.statementTimeout ?? 3600,
    retentionDays: view?.retentionDays ?? "",
    openToCompany: view?.openToCompany ?? false,
  };
}

/**
 * Settings and one account, as connection tests and saves take them. An empty password is left out: the stored one
 * stays. So is a user that nobody types: a new secret says who it is.
 */
export function accountOf(
  form: ShownForm,
  values: WarehouseValues,
  { user, password }: Pick<Account, "user" | "password">,
) {
  const own = form.fields.filter(({ name }) => name !== "user" && name !== "password");
  const settings = own.map(({ name, type, optional }) => {
    const value = values.config[name] ?? "";
    if (optional && value === "") return [name, null];
    return [name, type === "number" ? numberOf(value) : value];
  });
  if (form.account === null) return Object.fromEntries(settings);
  const named = form.account.user !== null || (user && !password);
  return { ...Object.fromEntries(settings), ...(named ? { user } : {}), ...(password ? { password } : {}) };
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
    { path: "config", user: String(config.user), password: String(config.password), writes: false },
    ...further.filter(({ password }) => password),
    ...(hasWriter ? [{ path: "writer", user: writer.user, password: writer.password, writes: true }] : []),
  ];
}

/** As the API takes it. Without a form there is no connection: nobody changes how it is reached. */
export function bodyOf(form: ShownForm | undefined, values: WarehouseValues, isNew: boolean) {
  const { engine, config, hasWriter, writer, readers, slots, perUser, ...others } = values;
  const { unwatchedMinutes, statementTimeout, retentionDays, ...rest } = others;
  const gate = {
    slots: numberOf(slots),
    perUser: numberOf(perUser),
    unwatchedMinutes: numberOf(unwatchedMinutes),
    statementTimeout: numberOf(statementTimeout),
    retentionDays: numberOf(retentionDays),
  };
  if (!form) return { ...rest, ...gate };
  const [user, password] = [String(config.user), String(config.password)];
  const asked = accountOf(form, values, { user, password });
  // Nobody signs in: what it is reached by has nothing to change.
  if (form.account === null) return { ...rest, ...(isNew ? { engine, config: asked } : {}), ...gate };
  const kept = {
    ...(form.account.user === null ? {} : { user: writer.user }),
    ...(writer.password || isNew ? { password: writer.password } : {}),
  };
  const again = readers
    .filter((reader) => reader.password)
    .map((reader) => ({ id: reader.id, password: reader.password }));
  return {
    ...rest,
    ...(isNew ? { engine } : {}),
    ...(again.length ? { readers: again } : {}),
    config: isNew ? { ...asked, password } : asked,
    ...(hasWriter ? { writer: kept } : isNew ? {} : { writer: null }),
    ...gate,
  };
}

/** Whether the stored passwords would go somewhere new; the API decides, this shows the fields for it. */
export function moves(form: ShownForm, before: WarehouseValues, now: WarehouseValues): boolean {
  return form.moving.some((name) => before.config[name] !== now.config[name]);
}

/** Whether a save would change how Sluice signs in, and so needs a test. */
export function reconnects(before: WarehouseValues, now: WarehouseValues): boolean {
  return (
    JSON.stringify([before.config, before.hasWriter, before.writer, before.readers]) !==
    JSON.stringify([now.config, now.hasWriter, now.writer, now.readers])
  );
}
