import type { QueryView } from "@/lib/queries/schema";

export type Language = "curl" | "TypeScript" | "Python";
export type Values = Record<string, string | string[] | null>;

/** A program that runs this query with these values by REST and gets its first rows. */
export function copyCode(language: Language, query: Pick<QueryView, "id" | "url">, values: Values): string {
  const address = `${new URL(query.url).origin}/api/v1/queries/${query.id}/executions?wait=60&rows=1000`;
  const body = JSON.stringify({ parameters: values }, null, 2);
  if (language === "curl") {
    // Inside single quotes a shell reads everything as it is, but for the quote itself.
    return [
      `curl -s '${address}' \\`,
      `  -H "Authorization: Bearer $SLUICE_TOKEN" -H 'Content-Type: application/json' \\`,
      `  -d '${JSON.stringify({ parameters: values }).replaceAll("'", "'\\''")}'`,
    ].join("\n");
  }
  if (language === "TypeScript") {
    return `const answer = await fetch("${address}", {
  method: "POST",
  headers: { authorization: \`Bearer \${process.env.SLUICE_TOKEN}\`, "content-type": "application/json" },
  body: JSON.stringify(${indented(body, "  ")}),
});
if (!answer.ok) throw new Error(await answer.text());
const { id, state, columns, rows, rowCount, error } = await answer.json();
if (state !== "succeeded") throw new Error(error?.message ?? \`\${id} is \${state}\`);
console.log(rowCount, columns, rows);
`;
  }
  // With what Python brings along: a machine may have no other package.
  return `import json, os, urllib.request

request = urllib.request.Request(
    "${address}",
    data=json.dumps(${indented(python({ parameters: values }), "    ")}).encode(),
    headers={"Authorization": "Bearer " + os.environ["SLUICE_TOKEN"], "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    result = json.load(answer)
if result["state"] != "succeeded":
    raise RuntimeError(result["error"]["message"] if result["error"] else result["id"] + " is " + result["state"])
print(result["rowCount"], result["columns"], result["rows"])
`;
}

function indented(text: string, by: string): string {
  return text.replaceAll("\n", `\n${by}`);
}

/** JSON is Python but for its words; a text in it is a text there. */
function python(value: unknown, depth = ""): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map((part) => python(part)).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${depth}    `;
  const parts = Object.entries(value as object).map(
    ([key, part]) => `${inner}${JSON.stringify(key)}: ${python(part, inner)},`,
  );
  return parts.length === 0 ? "{}" : `{\n${parts.join("\n")}\n${depth}}`;
}
