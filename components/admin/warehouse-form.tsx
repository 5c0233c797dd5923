"use client";

import { Button, Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { ConfigInput, Secret, underneath } from "@/components/admin/config-field";
import classes from "@/components/admin/form.module.css";
import { GateEffect } from "@/components/admin/gate-effect";
import { GateLimits, whole } from "@/components/admin/gate-limits";
import { TestResult } from "@/components/admin/test-report";
import { useWarehouseSave } from "@/components/admin/use-warehouse-save";
import { configOf, moves, valuesOf, type WarehouseValues } from "@/components/admin/warehouse-values";
import { BusyButton } from "@/components/ui/busy-button";
import { Refusal } from "@/components/ui/refusal";
import { SqlBlock } from "@/components/ui/sql-block";
import { SubmitButton } from "@/components/ui/submit-button";
import type { WarehouseView } from "@/lib/connections/schema";
import { engineLabel, type ShownForm } from "@/lib/warehouses/config";

interface Props {
  view?: WarehouseView;
  /** Of each engine that can be connected to. */
  forms: ShownForm[];
}

export function WarehouseForm({ view, forms }: Props) {
  const form = useForm<WarehouseValues>({ initialValues: valuesOf(view, forms) });
  const save = useWarehouseSave(form, view, forms);
  const isNew = !view;
  const { engine, hasWriter } = form.values;
  const shown = forms.find((each) => each.engine === engine);
  const account = shown?.account;
  const choose = (next: string | null) => {
    const other = forms.find((each) => each.engine === next);
    if (!other) return;
    form.setFieldValue("config", { ...configOf(other), user: form.values.config.user ?? "" });
    form.setFieldValue("engine", other.engine);
    if (form.values.slots === shown?.slots) form.setFieldValue("slots", other.slots);
    if (!other.writes) form.setFieldValue("hasWriter", false);
  };
  const input = (path: string) => ({ inputWrapperOrder: underneath, ...form.getInputProps(path) });
  return (
    <form onSubmit={form.onSubmit(() => save.testAndSave())} noValidate className={classes.form}>
      <fieldset className={classes.part}>
        <legend>Connection</legend>
        <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.grid}>
          <TextInput label="Name" placeholder="analytics" autoComplete="off" {...input("name")} />
          {isNew ? (
            <Select
              label="Engine"
              data={forms.map(({ engine: value, label }) => ({ value, label }))}
              allowDeselect={false}
              {...input("engine")}
              onChange={choose}
            />
          ) : (
            <TextInput label="Engine" readOnly variant="unstyled" value={engineLabel(engine, view?.personal)} />
          )}
          {(shown?.fields ?? []).map((field) => (
            <ConfigInput key={field.name} field={field} form={form} stored={!isNew} />
          ))}
        </SimpleGrid>
        {view && shown && moves(shown, valuesOf(view, forms), form.values) && form.values.readers.length > 0 ? (
          <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.grid}>
            {form.values.readers.map((reader, at) => (
              <Secret
                key={reader.id}
                label={`Password of reader ${reader.name}`}
                description={`Signs in as ${reader.user}.`}
                stored={false}
                {...form.getInputProps(`readers.${at}.password`)}
              />
            ))}
          </SimpleGrid>
        ) : null}
        {shown ? (
          <details className={classes.details}>
            <summary>{shown.recipe.title}</summary>
            {shown.recipe.about ? <p>{shown.recipe.about}</p> : null}
            <SqlBlock sql={shown.recipe.text} />
          </details>
        ) : null}
      </fieldset>
      {account && (shown?.writes || view?.admin?.writer) ? (
        <fieldset className={classes.part}>
          <legend>Writer</legend>
          <Switch
            label="This warehouse has a role that may write"
            description="Only stages of pipelines get it; the query page never does."
            {...form.getInputProps("hasWriter", { type: "checkbox" })}
          />
          {hasWriter ? (
            <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.grid}>
              {account.user === null ? null : (
                <TextInput label="Writer's user" autoComplete="off" spellCheck={false} {...input("writer.user")} />
              )}
              <Secret
                label={`Writer's ${uncapped(account.password)}`}
                stored={Boolean(view?.admin?.writer)}
                {...form.getInputProps("writer.password")}
              />
            </SimpleGrid>
          ) : null}
        </fieldset>
      ) : null}
      <fieldset className={classes.part}>
        <legend>Gate</legend>
        <SimpleGrid cols={{ base: 1, sm: 3 }} className={classes.grid}>
          <GateLimits slots={input("slots")} perUser={input("perUser")} unwatchedMinutes={input("unwatchedMinutes")} />
          <NumberInput
            label="Longest run, seconds"
            description="What runs longer is ended."
            thousandSeparator=","
            {...whole}
            {...input("statementTimeout")}
          />
        </SimpleGrid>
        {view?.admin ? (
          <GateEffect
            now={{ ...view.admin, warehouse: view.id, statementTimeout: view.statementTimeout }}
            slots={form.values.slots}
            perUser={form.values.perUser}
            unwatchedMinutes={form.values.unwatchedMinutes}
            statementTimeout={form.values.statementTimeout}
          />
        ) : null}
      </fieldset>
      <fieldset className={classes.part}>
        <legend>Results</legend>
        <SimpleGrid cols={{ base: 1, sm: 3 }} className={classes.grid}>
          <NumberInput
            label="Keep rows, days"
            placeholder="For ever"
            description="Executions stay; after this their rows go."
            {...whole}
            {...input("retentionDays")}
          />
        </SimpleGrid>
        {view?.personal ? null : (
          <Checkbox
            label="Executions open for the whole company"
            description="Otherwise for those whose team reads through the same reader."
            {...form.getInputProps("openToCompany", { type: "checkbox" })}
          />
        )}
      </fieldset>
      <Stack gap="sm">
        {save.report ? <TestResult report={save.report} /> : null}
        {save.report?.superuser ? (
          <Checkbox
            label="Use this superuser all the same"
            description="A superuser can change everything and read the server's files, whatever Sluice asks of its session."
            checked={save.insists}
            onChange={(event) => save.insist(event.currentTarget.checked)}
          />
        ) : null}
        <Refusal>{save.refusal}</Refusal>
        <Group gap="xs">
          <SubmitButton loading={save.busy === "save"}>{isNew ? "Test and add" : "Save"}</SubmitButton>
          {shown ? (
            <BusyButton size="sm" variant="default" loading={save.busy === "test"} onClick={save.test}>
              Test connection
            </BusyButton>
          ) : null}
          {save.report && !save.report.ok && !save.report.superuser ? (
            <Button size="sm" variant="subtle" color="gray" onClick={save.saveUntested}>
              {isNew ? "Add" : "Save"} without a connection
            </Button>
          ) : null}
        </Group>
      </Stack>
    </form>
  );
}

const uncapped = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);
