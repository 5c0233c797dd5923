"use client";

import { Input, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import classes from "@/components/admin/form.module.css";
import { schemes } from "@/components/layout/schemes";

/** The theme is the browser's, so it is on at once and not part of what is saved. */
export function ThemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // The server knows no browser's choice.
  const mounted = useMounted();
  return (
    <div className={classes.form} style={{ maxWidth: 400, marginTop: 24 }}>
      <Input.Wrapper label="Theme" labelElement="div" description="Of this browser.">
        <SegmentedControl
          fullWidth
          aria-label="Theme"
          data={schemes.map(({ value, label }) => ({ value, label }))}
          value={mounted ? colorScheme : ""}
          onChange={(value) => {
            const chosen = schemes.find((one) => one.value === value);
            if (chosen) setColorScheme(chosen.value);
          }}
        />
      </Input.Wrapper>
    </div>
  );
}
