import { fieldWords } from "@/lib/platform/field-words";
import { checkValues } from "./check-values";
import { askedNetworks, type Field, type Manifest, manifestSchema, portsOf } from "./schema";

/** What is wrong with a manifest, for its author: the place (`parameters.mode.x-showIf`) and a sentence. */
export interface ManifestProblem {
  at: string;
  message: string;
}

/** A manifest from what was read; or everything that its author has to change. */
export function checkManifest(read: unknown): { manifest: Manifest } | { problems: ManifestProblem[] } {
  const parsed = manifestSchema.safeParse(read, { error: fieldWords });
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => {
      const at = issue.path.join(".");
      if (issue.code !== "unrecognized_keys") return [{ at, message: issue.message }];
      return issue.keys.map((key) => ({ at: [...issue.path, key].join("."), message: "There is no such key." }));
    });
    return { problems };
  }
  const problems = [...fieldProblems(parsed.data), ...reach(parsed.data), ...network(parsed.data)];
  return problems.length > 0 ? { problems } : { manifest: parsed.data };
}

/** What manifests name must be there. */
function reach({ connections, writes, image, parameters, inputs, outputs }: Manifest): ManifestProblem[] {
  const named = [
    ...connections.map(({ parameter }, n) => [`connections.${n}.parameter`, parameter] as const),
    ...Object.entries(writes ?? {}).map(([key, name]) => [`writes.${key}`, name] as const),
    ...parameters.required.map((name, n) => [`parameters.required.${n}`, name] as const),
    ...(image === null ? [["image", "image"] as const] : []),
  ];
  const missing = named
    .filter(([, name]) => !Object.hasOwn(parameters.properties, name))
    .map(([at, name]) => ({ at, message: `There is no parameter ${name}.` }));
  const turned = Object.entries({ inputs, outputs }).flatMap(([at, ports]) => {
    const { further } = portsOf(ports);
    if (!further || (further.least ?? 0) <= (further.most ?? Infinity)) return [];
    return [{ at: `${at}.*`, message: "`least` is above `most`." }];
  });
  return [...missing, ...turned];
}

/** A stage may ask for a network only where whoever writes it has the right to any image. */
function network({ network, image, parameters }: Manifest): ManifestProblem[] {
  if (network !== "asked") return [];
  if (image !== null) return [{ at: "network", message: "`asked` is for operators whose `image` is null." }];
  const choices = parameters.properties.network?.enum ?? [];
  const same = choices.length === askedNetworks.length && askedNetworks.every((one) => choices.includes(one));
  if (same) return [];
  return [{ at: "network", message: "`asked` wants a parameter `network` with the choices none and outside." }];
}

function fieldProblems({ id, parameters }: Manifest): ManifestProblem[] {
  const { properties } = parameters;
  return Object.entries(properties).flatMap(([name, field]) => {
    const at = `parameters.properties.${name}`;
    const named = [
      ...Object.keys(field["x-showIf"] ?? {}).map((other) => ["x-showIf", other]),
      ...(typeof field["x-template"] === "object" ? Object.keys(field["x-template"]) : []).map((o) => [
        "x-template",
        o,
      ]),
      ...(field["x-options"]?.of ? [["x-options.of", field["x-options"].of]] : []),
      ...(field["x-warehouse"] ? [["x-warehouse", field["x-warehouse"]]] : []),
    ] as [string, string][];
    const problems = named
      .filter(([, other]) => !Object.hasOwn(properties, other) || other === name)
      .map(([key, other]) => ({ at: `${at}.${key}`, message: `There is no other parameter ${other}.` }));
    problems.push(...within(field, at, properties));
    if (field["x-requiredIf"])
      problems.push({
        at: `${at}.x-requiredIf`,
        message: "This stands within a list or an object. Name it in `required`.",
      });
    if (dependsOnItself(name, properties))
      problems.push({ at: `${at}.x-showIf`, message: "Whether it is shown depends on itself." });
    if (field["x-enumTitles"] && field["x-enumTitles"].length !== field.enum?.length)
      problems.push({ at: `${at}.x-enumTitles`, message: "Give one title for each value of `enum`." });
    if (field.default !== undefined) {
      const bare = { ...field, "x-showIf": undefined };
      const alone = { id, parameters: { ...parameters, properties: { [name]: bare }, required: [] } };
      const [wrong] = checkValues(alone, { [name]: field.default });
      if (wrong) problems.push({ at: `${at}.default`, message: wrong.message });
    }
    return problems;
  });
}

const ofParameters = ["x-group", "x-order", "x-advanced"] as const;

/** Within a parameter's list or object some keywords would be kept by nobody; what it names are parameters. */
function within(field: Field, at: string, properties: Record<string, Field>): ManifestProblem[] {
  const inner = [
    ...Object.entries(field.properties ?? {}).map(([name, one]) => [`${at}.properties.${name}`, one] as const),
    ...(field.items ? [[`${at}.items`, field.items] as const] : []),
    ...(typeof field.additionalProperties === "object"
      ? [[`${at}.additionalProperties`, field.additionalProperties] as const]
      : []),
  ];
  const neighbours = field.properties ?? {};
  return inner.flatMap(([place, one]) => {
    const lost = ofParameters.filter((key) => one[key] !== undefined);
    const named = [one["x-options"]?.of, one["x-warehouse"]].filter((name) => name !== undefined);
    return [
      ...lost.map((key) => ({ at: `${place}.${key}`, message: "This stands at a parameter itself, not within one." })),
      ...(["x-showIf", "x-requiredIf"] as const).flatMap((key) =>
        Object.keys(one[key] ?? {})
          .filter((name) => !Object.hasOwn(neighbours, name) || neighbours[name] === one)
          .map((name) => ({ at: `${place}.${key}`, message: `There is no ${name} beside it.` })),
      ),
      ...Object.keys(neighbours)
        .filter((name) => neighbours[name] === one && dependsOnItself(name, neighbours))
        .map(() => ({ at: `${place}.x-showIf`, message: "Whether it is shown depends on itself." })),
      ...named
        .filter((name) => !Object.hasOwn(properties, name))
        .map((name) => ({ at: place, message: `There is no parameter ${name}.` })),
      ...within(one, place, properties),
    ];
  });
}

function dependsOnItself(name: string, properties: Record<string, Field>): boolean {
  const seen = new Set<string>();
  const open = Object.keys(properties[name]?.["x-showIf"] ?? {});
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === name) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...Object.keys(properties[next]?.["x-showIf"] ?? {}));
  }
  return false;
}
