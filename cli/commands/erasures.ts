import {
  type ErasurePreview,
  type ErasureRequest,
  erasurePreview,
  erasurePreviewRequest,
  erasureRequest,
  erasureView,
} from "@/lib/erasures/schema";
import { type Client, clientOf } from "../client";
import type { Command, Flag, Given } from "../command";
import { confirm, yesFlag } from "../confirm";
import { Failure } from "../failure";
import { fromFlags, texts } from "../from-flags";
import { allPages } from "../pages";
import { jsonFlag, printFields, printJson, printList } from "../print";
import { personId } from "../whom";

const ofFlags: Record<string, Flag> = {
  table: { value: "TABLE", help: "Of this table, with its schema, as public.learners" },
  warehouse: { short: "w", value: "NAME", help: "Where that table is; with --person only what they ran there" },
  person: { value: "EMAIL", help: "What this person had run" },
};

type Of = Pick<ErasureRequest, "table" | "warehouse" | "person">;

async function ofWhat(client: Client, given: Given): Promise<Of> {
  const said = fromFlags(given, texts("table", "warehouse", "person"));
  const asked = erasurePreviewRequest.safeParse(said);
  if (!asked.success) throw new Failure(wordsOf(asked.error.issues));
  return said.person === undefined ? said : { ...said, person: await personId(client, said.person) };
}

/** What a refusal says, with the flag that it is about. */
const wordsOf = ([issue]: { path: PropertyKey[]; message: string }[]) =>
  `--${String(issue?.path[0]).replace("upTo", "up-to")}: ${issue?.message}`;

const preview = (client: Client, body: Of): Promise<ErasurePreview> =>
  client.ask("/erasures/preview", erasurePreview, { method: "POST", body });

async function erase(given: Given): Promise<undefined> {
  const [reason, upTo, results] = [given.text("reason"), given.text("up-to"), given.number("results", 1)];
  if (!reason) throw new Failure("Say why with --reason: it is kept with the record.");
  if ((upTo === undefined) !== (results === undefined))
    throw new Failure("Give --up-to and --results together, as a preview said them, or neither.");
  const client = clientOf(given);
  const of = await ofWhat(client, given);
  const shown = upTo === undefined ? await preview(client, of) : null;
  if (shown?.results === 0) {
    process.stderr.write("There is nothing to erase.\n");
    return given.is("json") ? printJson(null) : undefined;
  }
  const body = erasureRequest.safeParse({
    ...of,
    ...{ reason, upTo: upTo ?? shown?.upTo, results: results ?? shown?.results },
  });
  if (!body.success) throw new Failure(wordsOf(body.error.issues));
  const what = shown
    ? `${shown.about}: ${shown.results} results (${shown.bytes} bytes) of ${shown.peopleCount} people, ${shown.shared} shared, ${shown.onBoards} on boards`
    : `at most ${body.data.results} results`;
  await confirm(given, `This erases stored rows for good, ${what}.`);
  const done = await client.ask("/erasures", erasureView, { method: "POST", body: body.data });
  if (done.filesGoneAt === null)
    process.stderr.write("Nobody sees the rows any more; their files are still being removed.\n");
  return printFields(given, { ...done, by: given.is("json") ? done.by : done.by.name });
}

export const erasureCommands: Command[] = [
  {
    name: "erasures",
    words: [],
    summary: "List what was erased: when, by whom, of what, how much and why",
    flags: jsonFlag,
    async run(given) {
      return printList(given, await allPages(clientOf(given), "/erasures", erasureView), {
        at: (one) => one.at,
        by: (one) => one.by.name,
        of: (one) => one.about,
        results: (one) => one.results,
        executions: (one) => one.executions,
        people: (one) => one.people,
        bytes: (one) => one.bytes,
        reason: (one) => one.reason,
        "files gone": (one) => one.filesGoneAt ?? "not yet",
      });
    },
  },
  {
    name: "erasures preview",
    words: [],
    summary: "How much of a table's or a person's stored rows there is, of whom and how old; erases nothing",
    flags: { ...ofFlags, ...jsonFlag },
    async run(given) {
      const client = clientOf(given);
      const found = await preview(client, await ofWhat(client, given));
      if (given.is("json")) return printJson(found);
      const people = found.people.map(({ name, results }) => `${name} (${results})`).join(", ");
      return printFields(given, { ...found, people });
    },
  },
  {
    name: "erasures run",
    words: [],
    summary: "Erase a table's or a person's stored rows for good; SQL, times and counts stay",
    flags: {
      ...ofFlags,
      reason: { value: "TEXT", help: "Why; kept with the record" },
      "up-to": { value: "TIME", help: "Nothing younger, as upTo of a preview" },
      results: { value: "N", help: "Never more than so many, as results of that preview" },
      ...yesFlag,
      ...jsonFlag,
    },
    notes: `It looks what there is, says it and asks; with --up-to and --results it goes by a preview from before, and erases nothing where
there is more by now.`,
    run: erase,
  },
];
