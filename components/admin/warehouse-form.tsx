"use client";

import { Button, Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { type ConfigField, ConfigInput } from "@/components/admin/config-field";
import { type Report, TestResult } from "@/components/admin/test-report";
import { bodyOf, valuesOf, type WarehouseValues } from "@/components/admin/warehouse-values";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";
import type { WarehouseView } from "@/lib/connections/schema";

interface Props {
  view?: WarehouseView;
  /** Of each engine, in the form's order. */
  fields: Record<string, ConfigField[]>;
}

export function WarehouseForm({ view, fields }: Props) {
  const router = useRouter();
  const [busy, setBusy] = useState<"test" | "save">();
  const [report, setReport] = useState<Report>();
  const [refusal, setRefusal] = useState<string>();
  const [superuser, setSuperuser] = useState(false);
  const form = useForm<WarehouseValues>({ initialValues: valuesOf(view), onValuesChange: () => setReport(undefined) });
  const isNew = !view;

  /** A refusal goes to its fields; what belongs to none stands above the buttons. Typed values stay. */
  const refused = (error: unknown) => {
    const problem = asProblem(error);
    if (problem.status === 409) form.setErrors({ name: problem.message });
    else if (problem.fields.length > 0) form.setErrors(problem.byField);
    else setRefusal(problem.message);
  };

  const begin = (what: "test" | "save") => {
    setBusy(what);
    setRefusal(undefined);
    form.clearErrors();
  };

  const test = async () => {
    begin("test");
    try {
      const { config } = bodyOf(form.values, false);
      const body = {
        engine: form.values.engine,
        config,
        allowSuperuser: superuser,
        ...(view ? { warehouse: view.id } : {}),
      };
      const found = await api<Report>("POST", "/warehouses/test", body);
      setReport(found);
      if (found.problem) form.setErrors({ [atField(found.problem.field)]: found.problem.message });
    } catch (error) {
      refused(error);
    }
    setBusy(undefined);
  };

  const save = form.onSubmit(async (values) => {
    begin("save");
    try {
      const body = bodyOf(values, isNew);
      const saved = await api<WarehouseView>(
        isNew ? "POST" : "PATCH",
        isNew ? "/warehouses" : `/warehouses/${view.id}`,
        body,
      );
      if (isNew) router.push(`/admin/warehouses/${saved.id}`);
      form.setFieldValue("config.password", "");
      notifications.show({ message: `${values.name} is saved.` });
      router.refresh();
    } catch (error) {
      refused(error);
    }
    setBusy(undefined);
  });

  return (
    <form onSubmit={save} noValidate style={{ maxWidth: 720 }}>
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: "start" }}>
          <TextInput label="Name" placeholder="analytics" autoComplete="off" {...form.getInputProps("name")} />
          <Select
            label="Engine"
            data={[
              { value: "postgres", label: "PostgreSQL" },
              { value: "redshift", label: "Amazon Redshift" },
            ]}
            allowDeselect={false}
            disabled={!isNew}
            {...form.getInputProps("engine")}
          />
          {(fields[form.values.engine] ?? []).map((field) => (
            <ConfigInput key={field.name} field={field} form={form} stored={!isNew} />
          ))}
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, sm: 2 }} style={{ alignItems: "start" }}>
          <NumberInput
            label="Slots"
            description="How much may run at once."
            min={1}
            max={1000}
            {...form.getInputProps("slots")}
          />
          <NumberInput
            label="Per person"
            description="0 sets no limit."
            min={0}
            max={1000}
            {...form.getInputProps("perUser")}
          />
          <NumberInput
            label="Longest run, s"
            description="What runs longer is ended."
            min={1}
            {...form.getInputProps("statementTimeout")}
          />
          <NumberInput
            label="Keep results, days"
            description="Empty keeps them for ever."
            min={1}
            {...form.getInputProps("retentionDays")}
          />
        </SimpleGrid>
        <Checkbox
          label="Executions open for the whole company"
          description="Else only for those whose team has a grant through the same reader."
          {...form.getInputProps("openToCompany", { type: "checkbox" })}
        />
        {report ? <TestResult report={report} /> : null}
        {report?.superuser ? (
          <Checkbox
            label="Use this superuser all the same"
            description="No read-only session holds a superuser. Test again after ticking."
            checked={superuser}
            onChange={(event) => setSuperuser(event.currentTarget.checked)}
          />
        ) : null}
        {refusal ? (
          <Text role="alert" c="var(--sl-failed)">
            {refusal}
          </Text>
        ) : null}
        <Group gap="xs">
          <Button size="sm" type="submit" loading={busy === "save"}>
            {isNew ? "Add warehouse" : "Save"}
          </Button>
          <Button size="sm" variant="default" loading={busy === "test"} onClick={test}>
            Test connection
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Adapters name the bare field, the API its path. */
function atField(field: string): string {
  return field.startsWith("config.") || field === "name" ? field : `config.${field}`;
}
