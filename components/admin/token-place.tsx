"use client";

import { Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { changed, LimitEffect } from "@/components/admin/gate-effect";
import { TokenPlaceFields } from "@/components/admin/token-place-fields";
import { useFieldErrors } from "@/components/admin/use-field-errors";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { useAction } from "@/components/ui/use-action";

interface Props {
  token: { id: string; name: string; lane: string | null; limits?: { name: string; value: number }[] };
  /** Whether who changes it may put it forward and give it more, as admins may. */
  gives: boolean;
  onClose: () => void;
}

/** A token's lane and budget, after it was made. */
export function TokenPlace({ token, gives, onClose }: Props) {
  const { run, busy, problem } = useAction();
  const budget = token.limits?.find(({ name }) => name === "statementsPerHour")?.value ?? "";
  const form = useForm({
    initialValues: { lane: token.lane ?? "usual", statementsPerHour: budget as number | string },
  });
  useFieldErrors(form, problem);
  const submit = form.onSubmit(async ({ lane, statementsPerHour }) => {
    const asked = {
      lane: lane === "usual" ? null : lane,
      statementsPerHour: statementsPerHour === "" ? null : Number(statementsPerHour),
    };
    if (await run(() => api("PATCH", `/tokens/${token.id}`, asked))) onClose();
  });
  return (
    <Dialog opened onClose={onClose} title={`Lane and budget of “${token.name}”`} centered>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TokenPlaceFields gives={gives} now={token.lane} inputProps={form.getInputProps} />
          {gives ? (
            <div role="status">
              <LimitEffect
                label="Statements an hour"
                name="statementsPerHour"
                scope="token"
                id={token.id}
                value={changed(form.values.statementsPerHour, budget === "" ? null : budget)}
              />
            </div>
          ) : null}
          <Text size="sm" c="dimmed">
            Further back, what waits of it now goes along. Further forward goes only what it asks for from then on.
            {gives ? "" : " Only an admin puts it forward again, or gives it more statements."}
          </Text>
          <Refusal>{problem && problem.fields.length === 0 ? problem.message : undefined}</Refusal>
          <BusyButton type="submit" size="sm" loading={busy}>
            Save
          </BusyButton>
        </Stack>
      </form>
    </Dialog>
  );
}
