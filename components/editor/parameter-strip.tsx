import { Button, Drawer } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useState } from "react";
import { ParameterEditor } from "@/components/queries/parameter-editor";
import { ParameterForm } from "@/components/queries/parameter-form";
import classes from "./editor.module.css";
import type { TabParameters } from "./use-parameters";

/** Values for each {{name}} of the tab, and what each of them is. */
export function ParameterStrip({ tab, zone }: { tab: TabParameters; zone: string }) {
  const [open, setOpen] = useState(false);
  if (tab.parameters.length === 0) return null;
  return (
    <div className={classes.strip}>
      <ParameterForm
        parameters={tab.parameters}
        given={tab.given}
        problems={tab.problems}
        zone={zone}
        onChange={tab.set}
      />
      <Button
        variant="subtle"
        leftSection={<IconAdjustments size={14} aria-hidden />}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        Types
      </Button>
      <Drawer opened={open} onClose={() => setOpen(false)} title="Parameters" position="right" size="lg">
        <ParameterEditor
          parameters={tab.parameters}
          used={new Set(tab.parameters.map(({ name }) => name))}
          errors={{}}
          onChange={tab.declare}
        />
      </Drawer>
    </div>
  );
}
