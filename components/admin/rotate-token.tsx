"use client";

import { Button, Stack } from "@mantine/core";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { BusyButton } from "@/components/ui/busy-button";
import { Dialog } from "@/components/ui/dialog";
import { Refusal } from "@/components/ui/refusal";
import { ShownOnce } from "@/components/ui/shown-once";
import { useAction } from "@/components/ui/use-action";

/** A new value for a token, while the old one works on for a day. */
export function RotateToken({ id, name, done, over }: { id: string; name: string; done: boolean; over: boolean }) {
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState<string>();
  const { run, busy, problem, clear } = useAction();
  const close = () => {
    setOpen(false);
    setValue(undefined);
    clear();
  };
  const rotate = async () => {
    const made = await run(() => api<{ value: string }>("POST", `/tokens/${id}/rotate`, { overlapHours: 24 }));
    if (made) setValue(made.value);
  };
  return (
    <>
      {/* The window with the new value stays while the row behind it says that it was rotated. */}
      {done ? <span>rotated</span> : null}
      {done || over ? null : (
        <Button variant="subtle" onClick={() => setOpen(true)} aria-label={`Rotate the token “${name}”`}>
          Rotate
        </Button>
      )}
      <Dialog opened={open} onClose={close} title={`Rotate “${name}”`} centered closeOnClickOutside={!value}>
        <Stack>
          {value ? (
            <ShownOnce
              label="New token"
              value={value}
              note="Copy it now: nobody can show it again. The old one works for 24 hours more, unless it expires before."
              onDone={close}
            />
          ) : (
            <>
              <div>
                Makes a new value with the same name, scopes and time to live. The old one works for 24 hours more, so
                that you can change the program that uses it.
              </div>
              <Refusal>{problem?.message}</Refusal>
              <BusyButton loading={busy} onClick={() => void rotate()}>
                Make the new value
              </BusyButton>
            </>
          )}
        </Stack>
      </Dialog>
    </>
  );
}
