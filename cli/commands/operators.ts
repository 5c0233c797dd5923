import { type Manifest, manifestSchema, operatorsView, portsOf } from "@/lib/operators/schema";
import { clientOf } from "../client";
import type { Command } from "../command";
import { place } from "../place";
import { jsonFlag, printJson, printList } from "../print";
import { plain } from "../table";

const names = (ports: Manifest["inputs"]) => {
  const { named, further } = portsOf(ports);
  return [...Object.keys(named), ...(further ? ["…"] : [])].join(", ");
};

export const operatorCommands: Command[] = [
  {
    name: "operators",
    words: [],
    summary: "List the operators that stages can be made of",
    flags: jsonFlag,
    async run(given) {
      const { items, broken } = await clientOf(given).ask("/operators", operatorsView);
      for (const { id, problems } of broken)
        for (const { at, message } of problems)
          process.stderr.write(`left out: ${plain(id)}: ${at}: ${plain(message)}\n`);
      return printList(given, items, {
        operator: ({ id, version }) => `${id}@${version.split(".")[0]}`,
        title: (one) => one.title,
        inputs: (one) => names(one.inputs),
        outputs: (one) => names(one.outputs),
        summary: (one) => one.summary,
      });
    },
  },
  {
    name: "operators show",
    words: ["<operator>"],
    summary: "One operator's parameters",
    flags: jsonFlag,
    notes: "With --json its whole manifest, as its author wrote it.",
    async run(given) {
      const manifest = await clientOf(given).ask(place("operators", given.words[0]), manifestSchema);
      if (given.is("json")) return printJson(manifest);
      process.stdout.write(`${manifest.id} ${manifest.version}: ${manifest.title}\n${manifest.summary}\n\n`);
      const { properties, required } = manifest.parameters;
      return printList(given, Object.entries(properties), {
        parameter: ([name]) => name,
        type: ([, field]) => (field.enum ? field.enum.join(" | ") : field.type),
        needed: ([name, field]) =>
          !required.includes(name) || field.default !== undefined ? "" : field["x-showIf"] ? "where it applies" : "yes",
        default: ([, field]) => (field.default === undefined ? "" : JSON.stringify(field.default)),
        what: ([, field]) => [field.title, field.description].filter(Boolean).join(": "),
      });
    },
  },
];
