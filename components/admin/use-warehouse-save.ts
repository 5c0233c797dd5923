"use client";

import type { UseFormReturnType } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Report } from "@/components/admin/test-report";
import { accountOf, bodyOf, reconnects, valuesOf, type WarehouseValues } from "@/components/admin/warehouse-values";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { WarehouseView } from "@/lib/connections/schema";

/** Tests and saves: a connection that changed is tried before it is stored, and a save says whether it was. */
export function useWarehouseSave(form: UseFormReturnType<WarehouseValues>, view: WarehouseView | undefined) {
  const router = useRouter();
  const [busy, setBusy] = useState<"test" | "save">();
  const [report, setReport] = useState<Report>();
  const [refusal, setRefusal] = useState<string>();
  const [superuser, setSuperuser] = useState(false);
  const isNew = !view;

  /** A refusal goes to its fields; what belongs to none stands above the buttons. Typed values stay. */
  const refused = (error: unknown) => {
    const problem = asProblem(error);
    if (problem.fields.length > 0) show(problem.byField);
    else setRefusal(problem.message);
  };
  const show = (errors: Record<string, string>) => {
    form.setErrors(errors);
    form.getInputNode(Object.keys(errors)[0] ?? "")?.focus();
  };

  /** One change at a time, with earlier refusals cleared. */
  const during = async (what: "test" | "save", change: () => Promise<void>) => {
    setBusy(what);
    setRefusal(undefined);
    setReport(undefined);
    form.clearErrors();
    await change().catch(refused);
    setBusy(undefined);
  };

  /** Tries the reader, and the writer where there is one. */
  const tryIt = async (): Promise<Report> => {
    const { values } = form;
    const ask = (config: object, allowSuperuser: boolean) =>
      api<Report>("POST", "/warehouses/test", {
        engine: values.engine,
        config,
        allowSuperuser,
        ...(view ? { warehouse: view.id } : {}),
      });
    let found = await ask(accountOf(values, values.config), superuser);
    let path = "config";
    if (found.ok && values.hasWriter) {
      // A writer holds rights by design, so only whether it signs in is asked.
      const writer = await ask(accountOf(values, values.writer), true).catch((error: unknown) => {
        throw atWriter(error);
      });
      if (!writer.ok) {
        found = { ...writer, warnings: [], superuser: false };
        path = "writer";
      }
    }
    setReport(found);
    if (found.problem) show({ [fieldOf(found.problem.field, path)]: found.problem.message });
    return found;
  };

  const store = async (tested: string) => {
    const body = { ...bodyOf(form.values, isNew), allowSuperuser: superuser };
    const path = isNew ? "/warehouses" : `/warehouses/${view.id}`;
    const saved = await api<WarehouseView>(isNew ? "POST" : "PATCH", path, body);
    notifications.show({ message: `${saved.name} is ${isNew ? "added" : "saved"}. ${tested}` });
    if (isNew) {
      router.push(`/admin/warehouses/${saved.id}`);
      return;
    }
    const next = valuesOf(saved);
    form.setInitialValues(next);
    form.setValues(next);
    router.refresh();
  };

  return {
    busy,
    report,
    refusal,
    superuser,
    setSuperuser,
    test: () => during("test", async () => void (await tryIt())),
    testAndSave: () =>
      during("save", async () => {
        if (!isNew && !reconnects(valuesOf(view), form.values)) {
          await store("Its connection is as before and was not tested again.");
          return;
        }
        const found = await tryIt();
        if (found.ok) await store(`Tested: ${found.version}.`);
      }),
    saveUntested: () => during("save", () => store("Its connection does not work yet.")),
  };
}

/** Adapters name the bare field, the API its path. */
function fieldOf(field: string, path: string): string {
  const bare = field.replace(/^config\./, "");
  const ofAccount = bare === "user" || bare === "password";
  return ofAccount ? `${path}.${bare}` : `config.${bare}`;
}

function atWriter(error: unknown): unknown {
  const problem = asProblem(error);
  for (const each of problem.fields) each.field = fieldOf(each.field, "writer");
  return problem;
}
