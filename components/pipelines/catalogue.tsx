"use client";

import { TextInput } from "@mantine/core";
import { IconArrowRight, IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { OperatorIcon } from "@/components/pipelines/operator-icon";
import classes from "@/components/pipelines/pipelines.module.css";
import { NotIsolated, notIsolatedWords } from "@/components/ui/not-isolated";
import { type Manifest, type Offered, type OperatorGroup, operatorGroups, portsOf } from "@/lib/operators/schema";

const headings: Record<OperatorGroup, string> = {
  get: "Get data",
  change: "Change it",
  check: "Check it",
  deliver: "Deliver it",
};

interface Props {
  manifests: Offered[];
  onAdd: (manifest: Manifest) => void;
  /** Where it was opened by a button: it takes the focus, and Escape closes it. */
  onClose?: (() => void) | undefined;
}

/** Everything that a stage can do, with a picture of what goes in and what comes out. */
export function Catalogue({ manifests, onAdd, onClose }: Props) {
  const [words, setWords] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const opened = onClose !== undefined;
  // It stands before the button that opened it: whoever works by keyboard would come to it last of all. A finger would get
  // the letters of its phone over it.
  useEffect(() => {
    if (opened && !matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [opened]);
  const found = newest(manifests).filter(({ id, title, summary }) =>
    `${id} ${title} ${summary}`.toLowerCase().includes(words.trim().toLowerCase()),
  );
  return (
    <section
      aria-label="Operators"
      className={classes.catalogue}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose?.();
      }}
    >
      <TextInput
        ref={field}
        aria-label="Find an operator"
        placeholder="Find an operator"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {operatorGroups.map((group) => {
        const all = found.filter((one) => one.group === group);
        if (all.length === 0) return null;
        return (
          <div key={group}>
            <h3>{headings[group]}</h3>
            <ul>
              {all.map((manifest) => (
                <li key={manifest.id}>
                  <button type="button" className={classes.operator} onClick={() => onAdd(manifest)}>
                    <span className={classes.operatorHead}>
                      <span>
                        <span className="visually-hidden">Add </span>
                        {manifest.title}
                      </span>
                      <Flow manifest={manifest} />
                    </span>
                    <span className={classes.summary}>{manifest.summary}</span>
                    {manifest.isolation === "isolated" ? null : (
                      <NotIsolated perhaps={manifest.isolation === "perhaps"} focusable={false} />
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
      {found.some(({ isolation }) => isolation !== "isolated") ? (
        <p className={classes.summary}>“Not isolated”: {notIsolatedWords}</p>
      ) : null}
      {found.length === 0 ? <p className={classes.summary}>No operator is called so.</p> : null}
    </section>
  );
}

/** Of each operator its newest version; older ones stay where they are used. */
function newest(manifests: Offered[]): Offered[] {
  const seen = new Set<string>();
  return manifests.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** Rows in, the operator, rows out. */
function Flow({ manifest: { icon, inputs, outputs, summary: _summary } }: { manifest: Manifest }) {
  const takes = portsOf(inputs);
  const gives = portsOf(outputs);
  const into = Object.keys(takes.named).length > 0 || takes.further !== null;
  const out = Object.keys(gives.named).length > 0 || gives.further !== null;
  return (
    <span className={classes.flow} aria-hidden>
      <span className={classes.rowsMark} data-there={into} />
      <IconArrowRight size={12} data-there={into} />
      <OperatorIcon icon={icon} size={16} />
      <IconArrowRight size={12} data-there={out} />
      <span className={classes.rowsMark} data-there={out} />
    </span>
  );
}
