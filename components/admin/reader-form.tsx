"use client";

import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { Secret } from "@/components/admin/config-field";
import { type Report, TestResult } from "@/components/admin/test-report";
import { showErrors, useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { WarehouseView } from "@/lib/connections/schema";
import type { ShownForm } from "@/lib/warehouses/config";

interface Props {
  view: WarehouseView;
  account: NonNullable<ShownForm["account"]>;
  /** The reader that is changed, or a new one; undefined while the form is closed. */
  edited: { id: string; name: string; user: string } | "new" | undefined;
  onClose: () => void;
}

interface Values {
  name: string;
  user: string;
  password: string;
}

const blank: Values = { name: "", user: "", password: "" };

/** One more role to read with. It signs in once before it is stored, unless the admin says otherwise. */
export function ReaderForm({ view, account, edited, onClose }: Props) {
  const isNew = edited === "new";
  // Named: the page under the dialog has fields of the same names.
  const form = useForm<Values>({ name: "reader", initialValues: blank });
  const [report, setReport] = useState<Report>();
  // By name, so that a consent never goes over to the next user that is typed.
  const [allowed, setAllowed] = useState<string>();
  const { run, busy, problem, clear } = useAction();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at each render
  useEffect(() => {
    if (!edited) return;
    form.setValues(edited === "new" ? blank : { name: edited.name, user: edited.user, password: "" });
    form.clearErrors();
    setReport(undefined);
    setAllowed(undefined);
    clear();
  }, [edited]);
  const byField = byBareField(account);
  useFieldErrors(form, problem, byField);
  const superuser = allowed !== undefined && allowed === form.values.user;

  const store = async () => {
    const { name, password } = form.values;
    const user = account.user === null ? undefined : form.values.user;
    const path = `/warehouses/${view.id}/readers`;
    if (isNew) await api("POST", path, { name, user, password, allowSuperuser: superuser });
    else if (edited) {
      const given = { name, user, ...(password ? { password } : {}), allowSuperuser: superuser };
      await api("PATCH", `${path}/${edited.id}`, given);
    }
    onClose();
  };
  const tryIt = async () => {
    const { password } = form.values;
    // Without a name of its own the account is the stored one, until a new secret says another.
    const user = account.user !== null || (!isNew && !password) ? form.values.user : undefined;
    const config = { ...view.admin?.config, user, ...(password ? { password } : {}) };
    const body = { engine: view.engine, config, allowSuperuser: superuser, warehouse: view.id };
    const found = await api<Report>("POST", "/warehouses/test", body);
    setReport(found);
    if (found.problem) showErrors(form, byField({ [found.problem.field]: found.problem.message }));
    return found.ok;
  };
  const submit = form.onSubmit(() =>
    run(async () => {
      setReport(undefined);
      const renamed = !isNew && edited && edited.user === form.values.user && !form.values.password;
      if (renamed || (await tryIt())) await store();
    }),
  );

  return (
    <Dialog
      opened={edited !== undefined}
      onClose={onClose}
      title={isNew ? `New reader for ${view.name}` : `Reader of ${view.name}`}
      centered
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label="Name"
            placeholder="finance"
            data-autofocus
            autoComplete="off"
            {...form.getInputProps("name")}
          />
          {account.user === null ? null : (
            <TextInput label={account.user} autoComplete="off" spellCheck={false} {...form.getInputProps("user")} />
          )}
          <Secret label={account.password} stored={!isNew} {...form.getInputProps("password")} />
          {report ? <TestResult report={report} /> : null}
          {report?.superuser ? (
            <Checkbox
              label="Use this superuser all the same"
              checked={superuser}
              onChange={(event) => setAllowed(event.currentTarget.checked ? form.values.user : undefined)}
            />
          ) : null}
          <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
          <Group gap="xs">
            <BusyButton type="submit" size="sm" loading={busy}>
              {isNew ? "Test and add" : "Test and save"}
            </BusyButton>
            {report && !report.ok && !report.superuser ? (
              <Button size="sm" variant="subtle" color="gray" onClick={() => run(store)}>
                {isNew ? "Add" : "Save"} without a connection
              </Button>
            ) : null}
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** A test names the whole warehouse's fields; what is not on this form is said beside the account's first. */
function byBareField({ user }: NonNullable<ShownForm["account"]>) {
  const own = ["name", "password", ...(user === null ? [] : ["user"])];
  return (errors: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(errors).map(([field, message]) => {
        const bare = field.replace(/^config\./, "");
        return [own.includes(bare) ? bare : user === null ? "password" : "user", message];
      }),
    );
}
