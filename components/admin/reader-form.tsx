"use client";

import { Button, Checkbox, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useState } from "react";
import { Secret } from "@/components/admin/config-field";
import { type Report, TestResult } from "@/components/admin/test-report";
import { api } from "@/components/ui/api";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";
import type { WarehouseView } from "@/lib/connections/schema";

interface Props {
  view: WarehouseView;
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
export function ReaderForm({ view, edited, onClose }: Props) {
  const isNew = edited === "new";
  const form = useForm<Values>({ initialValues: blank });
  const [report, setReport] = useState<Report>();
  const [superuser, setSuperuser] = useState(false);
  const { run, busy, problem, clear } = useAction();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at each render
  useEffect(() => {
    if (!edited) return;
    form.setValues(edited === "new" ? blank : { name: edited.name, user: edited.user, password: "" });
    form.clearErrors();
    setReport(undefined);
    setSuperuser(false);
    clear();
  }, [edited]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at each render
  useEffect(() => {
    if (problem) form.setErrors(byBareField(problem.byField));
  }, [problem]);

  const store = async () => {
    const { name, user, password } = form.values;
    const path = `/warehouses/${view.id}/readers`;
    if (isNew) await api("POST", path, { name, user, password, allowSuperuser: superuser });
    else if (edited) {
      const given = { name, user, ...(password ? { password } : {}), allowSuperuser: superuser };
      await api("PATCH", `${path}/${edited.id}`, given);
    }
    onClose();
  };
  const tryIt = async () => {
    const { user, password } = form.values;
    const config = { ...view.admin?.config, user, ...(password ? { password } : {}) };
    const body = { engine: view.engine, config, allowSuperuser: superuser, warehouse: view.id };
    const found = await api<Report>("POST", "/warehouses/test", body);
    setReport(found);
    if (found.problem) form.setErrors(byBareField({ [found.problem.field]: found.problem.message }));
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
    <Modal
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
          <TextInput label="User" autoComplete="off" spellCheck={false} {...form.getInputProps("user")} />
          <Secret label="Password" stored={!isNew} {...form.getInputProps("password")} />
          {report ? <TestResult report={report} /> : null}
          {report?.superuser ? (
            <Checkbox
              label="Use this superuser all the same"
              checked={superuser}
              onChange={(event) => setSuperuser(event.currentTarget.checked)}
            />
          ) : null}
          <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
          <Group gap="xs">
            <Button type="submit" size="sm" loading={busy}>
              {isNew ? "Test and add" : "Test and save"}
            </Button>
            {report && !report.ok && !report.superuser ? (
              <Button size="sm" variant="subtle" color="gray" onClick={() => run(store)}>
                {isNew ? "Add" : "Save"} without a connection
              </Button>
            ) : null}
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A test names the whole warehouse's fields; what is not on this form is said beside the user. */
function byBareField(errors: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => {
      const bare = field.replace(/^config\./, "");
      return [["name", "user", "password"].includes(bare) ? bare : "user", message];
    }),
  );
}
