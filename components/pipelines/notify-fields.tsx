"use client";

import { Autocomplete, TagsInput, Text, TextInput } from "@mantine/core";
import type { DraftDocument } from "@/components/pipelines/draft-document";
import classes from "@/components/pipelines/pipelines.module.css";
import { saidAt } from "@/components/pipelines/use-lint";
import { useRest } from "@/components/ui/use-rest";
import type { Change } from "@/lib/pipelines/rewrite";
import type { Problem } from "@/lib/pipelines/schema";

interface Props {
  draft: DraftDocument;
  problems: Problem[];
  readOnly: boolean;
  edit: (changes: Change[]) => void;
}

/** Who hears of a failure, of the run that succeeds again, and of what was missed, besides those whose the pipeline is. */
export function NotifyFields({ draft, problems, readOnly, edit }: Props) {
  const { people, teams, url, secret } = draft.notify;
  const { data } = useRest<{ items: { name: string }[] }>(readOnly ? null : "/secrets");
  const some = people.length + teams.length > 0 || url !== "" || secret !== "";
  const list = (key: "people" | "teams") => (next: string[]) =>
    edit([{ path: ["notify", key], value: next.length > 0 ? next : undefined }]);
  const hook = (key: "url" | "secret") => (next: string) =>
    edit([{ path: ["notify", "webhook", key], value: next || undefined }]);
  return (
    <details className={classes.part} open={some || undefined}>
      <summary>Who is told</summary>
      <div className={classes.fields}>
        <Text size="xs" c="dimmed">
          Its team, or who owns it, hears of a failure of a scheduled run, of the first that succeeds again, and of what
          was missed. Who else?
        </Text>
        <TagsInput
          label="People"
          description="Their e-mail addresses, each with Enter. By inbox and by mail."
          placeholder={people.length === 0 ? "ana@example.com" : undefined}
          readOnly={readOnly}
          value={people}
          error={saidAt(problems, "/notify/people")}
          onChange={list("people")}
        />
        <TagsInput
          label="Teams"
          description="All their members."
          readOnly={readOnly}
          value={teams}
          error={saidAt(problems, "/notify/teams")}
          onChange={list("teams")}
        />
        <TextInput
          label="Webhook"
          description="A POST of JSON to another program."
          placeholder="https://example.com/hook"
          readOnly={readOnly}
          value={url}
          error={saidAt(problems, "/notify/webhook/url")}
          onChange={(event) => hook("url")(event.currentTarget.value)}
        />
        {url || secret ? (
          <Autocomplete
            label="Signed with the secret"
            description="One of Settings, Secrets, by its name."
            data={data?.items.map(({ name }) => name) ?? []}
            readOnly={readOnly}
            value={secret}
            error={saidAt(problems, "/notify/webhook/secret")}
            onChange={hook("secret")}
          />
        ) : null}
      </div>
    </details>
  );
}
