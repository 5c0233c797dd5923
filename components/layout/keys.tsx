"use client";

import { Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useEffect, useState } from "react";
import classes from "@/components/layout/keys.module.css";
import { Dialog } from "@/components/ui/dialog";
import { modKey } from "@/components/ui/mod-key";

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      [["Mod", "K"], "Search pages, tables and the history"],
      [["?"], "Show these keys"],
      [["j"], "Next row of a list"],
      [["k"], "Row before"],
      [["Enter"], "Open the row"],
    ],
  },
  {
    title: "Editor",
    keys: [
      [["Mod", "Enter"], "Run the selection, or the statement under the cursor"],
      [["Mod", "Shift", "Enter"], "Run all"],
      [["Esc"], "Stop"],
      [["Shift", "Alt", "F"], "Format"],
      [["Ctrl", "M"], "Let Tab leave the editor, or indent again (Ctrl Shift M on a Mac)"],
    ],
  },
  {
    title: "Rows of a result",
    keys: [
      [["←", "→", "↑", "↓"], "Move; with Shift, select a range"],
      [["Mod", "C"], "Copy what is selected"],
      [["Mod", "A"], "Select everything"],
      [["Mod", "G"], "Go to a row"],
      [["Enter"], "Show the whole value"],
    ],
  },
];

/** `?` shows the keys; it does nothing while somebody types. The event is what the menu's own entry sends. */
export function Keys() {
  const [open, setOpen] = useState(false);
  // With Shift where the layout needs it, without where it does not.
  useHotkeys([
    ["shift+?", () => setOpen(true)],
    ["?", () => setOpen(true)],
  ]);
  useEffect(() => {
    const show = () => setOpen(true);
    window.addEventListener("sluice:keys", show);
    return () => window.removeEventListener("sluice:keys", show);
  }, []);
  return (
    <Dialog opened={open} onClose={() => setOpen(false)} title="Keys" size="lg" centered>
      <div className={classes.groups}>
        {groups.map(({ title, keys }) => (
          <section key={title} aria-label={title}>
            <h2>{title}</h2>
            <dl className={classes.list}>
              {keys.map(([combination, does]) => (
                <div key={does}>
                  <dt>
                    {combination.map((key) => (
                      <Kbd key={key}>{key === "Mod" ? modKey() : key}</Kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
