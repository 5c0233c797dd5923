"use client";

import type { UseFormReturnType } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { Report } from "@/components/admin/test-report";
import { showErrors } from "@/components/admin/use-field-errors";
import {
  type Account,
  accountOf,
  accountsOf,
  bodyOf,
  reconnects,
  valuesOf,
  type WarehouseValues,
} from "@/components/admin/warehouse-values";
import { api } from "@/components/ui/api";
import { asProblem, type Problem } from "@/components/ui/problem";
import type { WarehouseView } from "@/lib/connections/schema";
import type { ShownForm } from "@/lib/warehouses/config";

/** What a test found, and which consent it may ask for. */
type Told = Report & { consent: string };

/** One message at a time: what an earlier save said is no answer to the next. */
const savedNotice = "warehouse-saved";

const consentOf = ({ path, user }: Account) => `${path} ${user}`;

/** Tests and saves: a connection that changed is tried before it is stored, and a save says whether it was. */
export function useWarehouseSave(
  form: UseFormReturnType<WarehouseValues>,
  view: WarehouseView | undefined,
  forms: ShownForm[],
) {
  const shown = forms.find(({ engine }) => engine === form.values.engine);
  const router = useRouter();
  const [busy, setBusy] = useState<"test" | "save">();
  const [report, setReport] = useState<Told>();
  const [refusal, setRefusal] = useState<string>();
  // Which superusers the admin wants all the same, by account and name: a consent goes over to no other.
  const [consents, setConsents] = useState<string[]>([]);
  const isNew = !view;
  useFurtherReaders(form, view, forms);

  /** A refusal goes to its fields; what belongs to none on this page stands above the buttons. Typed values stay. */
  const refused = ({ byField, message }: Problem) => {
    const shown = Object.keys(byField).filter((field) => form.getInputNode(field));
    if (shown.length > 0) showErrors(form, Object.fromEntries(shown.map((field) => [field, byField[field] ?? ""])));
    else setRefusal([message, ...Object.values(byField)].filter((each, at, all) => all.indexOf(each) === at).join(" "));
  };

  /** One change at a time, with earlier refusals cleared. */
  const during = async (what: "test" | "save", change: () => Promise<void>) => {
    setBusy(what);
    setRefusal(undefined);
    setReport(undefined);
    notifications.hide(savedNotice);
    form.clearErrors();
    await change().catch((error: unknown) => refused(asProblem(error)));
    setBusy(undefined);
  };

  const ask = async (account: Account): Promise<Report> => {
    if (!shown) throw new Error("there is no connection to test");
    const asked = {
      engine: form.values.engine,
      config: accountOf(shown, form.values, account),
      writes: account.writes,
      allowSuperuser: consents.includes(consentOf(account)),
      ...(view ? { warehouse: view.id } : {}),
    };
    return api<Report>("POST", "/warehouses/test", asked).catch((error: unknown) => {
      const problem = asProblem(error);
      for (const each of problem.fields) each.field = fieldOf(each.field, account.path);
      throw problem;
    });
  };

  /** Tries every account in turn, up to the first that does not do. What the readers' test found is what is shown. */
  const tryThem = async (): Promise<Report> => {
    let told: Told | undefined;
    for (const account of accountsOf(form.values)) {
      const found = { ...(await ask(account)), consent: consentOf(account) };
      if (!told || !found.ok) told = found;
      if (found.problem) showErrors(form, { [fieldOf(found.problem.field, account.path)]: found.problem.message });
      if (!found.ok) break;
    }
    if (!told) throw new Error("a warehouse has at least one reader");
    setReport(told);
    return told;
  };

  const store = async (tested: string) => {
    const allowSuperuser = accountsOf(form.values).some((account) => consents.includes(consentOf(account)));
    const body = { ...bodyOf(shown, form.values, isNew), ...(shown ? { allowSuperuser } : {}) };
    const path = isNew ? "/warehouses" : `/warehouses/${view.id}`;
    const saved = await api<WarehouseView>(isNew ? "POST" : "PATCH", path, body);
    notifications.show({ id: savedNotice, message: `${saved.name} is ${isNew ? "added" : "saved"}. ${tested}` });
    if (isNew) {
      router.push(`/admin/warehouses/${saved.id}`);
      return;
    }
    const next = valuesOf(saved, forms);
    form.setInitialValues(next);
    form.setValues(next);
    router.refresh();
  };

  return {
    busy,
    report,
    refusal,
    /** Whether the admin wants the superuser of the last report all the same. */
    insists: report !== undefined && consents.includes(report.consent),
    insist: (wanted: boolean) => {
      const others = consents.filter((each) => each !== report?.consent);
      setConsents(wanted && report ? [...others, report.consent] : others);
    },
    test: () => during("test", async () => void (await tryThem())),
    testAndSave: () =>
      during("save", async () => {
        if (!shown || (!isNew && !reconnects(valuesOf(view, forms), form.values))) {
          await store(shown ? "Its connection is as before and was not tested again." : "");
          return;
        }
        const found = await tryThem();
        if (found.ok) await store(`Tested: ${found.version}.`);
      }),
    saveUntested: () => during("save", () => store("Its connection does not work yet.")),
  };
}

/** A reader that was added below, or by somebody else, gets its field here; what was typed for the others stays. */
function useFurtherReaders(
  form: UseFormReturnType<WarehouseValues>,
  view: WarehouseView | undefined,
  forms: ShownForm[],
) {
  const theirs = JSON.stringify(valuesOf(view, forms).readers);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at each render
  useEffect(() => {
    const typed = new Map(form.values.readers.map(({ id, password }) => [id, password]));
    const readers = (JSON.parse(theirs) as WarehouseValues["readers"]).map((reader) => ({
      ...reader,
      password: typed.get(reader.id) ?? "",
    }));
    form.setFieldValue("readers", readers);
  }, [theirs]);
}

/** Adapters name the bare field, the API its path. Of a further reader this form has the password alone. */
function fieldOf(field: string, path: string): string {
  const bare = field.replace(/^config\./, "");
  if (bare !== "user" && bare !== "password") return `config.${bare}`;
  return path.startsWith("readers") ? `${path}.password` : `${path}.${bare}`;
}
