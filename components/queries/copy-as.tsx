"use client";

import { Button, Code, CopyButton, Tabs, Text } from "@mantine/core";
import Link from "next/link";
import { copyCode, type Language, type Values } from "@/components/queries/copy-code";
import classes from "@/components/queries/queries.module.css";
import { Dialog } from "@/components/ui/dialog";
import type { QueryView } from "@/lib/queries/schema";

const languages: Language[] = ["curl", "TypeScript", "Python"];

interface Props {
  opened: boolean;
  onClose: () => void;
  query: QueryView;
  values: Values;
}

/** The query with the values of this page, for a program. */
export function CopyAs({ opened, onClose, query, values }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Copy as" size="lg">
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          {languages.map((language) => (
            <Tabs.Tab key={language} value={language}>
              {language}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {languages.map((language) => {
          const code = copyCode(language, query, values);
          return (
            <Tabs.Panel key={language} value={language} pt="sm">
              <Code block className={classes.code} tabIndex={0}>
                {code}
              </Code>
              <CopyButton value={code} timeout={2000}>
                {({ copied, copy }) => (
                  <Button mt="sm" onClick={copy}>
                    <span aria-live="polite">{copied ? "Copied" : `Copy ${language}`}</span>
                  </Button>
                )}
              </CopyButton>
            </Tabs.Panel>
          );
        })}
      </Tabs>
      <Text size="xs" c="dimmed" mt="sm">
        It wants a token in SLUICE_TOKEN: make one in <Link href="/settings/tokens">your settings</Link>. More than
        1,000 rows: ask /api/v1/executions/ID/rows or /download.
      </Text>
    </Dialog>
  );
}
