import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyCode, type Language, type Values } from "@/components/queries/copy-code";
import { Installation, token } from "./installation";

/** The programs that a query's page hands out, run as they are against the product. */

const run = promisify(execFile);
// The home of another file, which has run or runs after this one: a new database takes longer than these programs.
const sluice = new Installation("two-webs");
let folder: string;
let query: { id: string; url: string };

const word = `it's a "quoted" \\ $HOME \${x} \`date\` 😀 ${process.pid}`;
const values: Values = { word, several: ["a'b", "c,d"], none: null };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sluice-programs-"));
  await sluice.start();
  const sql =
    "select {{word}}::text as word, array_length({{several}}::text[], 1) as n, {{none}}::text is null as none";
  const options = [
    { value: "a'b", label: "first" },
    { value: "c,d", label: "second" },
  ];
  const parameters = [
    { name: "word", type: "text" },
    { name: "several", type: "multi", options },
    { name: "none", type: "text" },
  ];
  query = (await sluice.ask("POST", "queries", { warehouse: "demo", title: "Copied", sql, parameters })) as {
    id: string;
    url: string;
  };
}, 240_000);
afterAll(async () => {
  await sluice.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const programs: [Language, string, string][] = [
  ["curl", "program.sh", "sh"],
  ["TypeScript", "program.mts", process.execPath],
  ["Python", "program.py", "python3"],
];

for (const [language, file, program] of programs) {
  const missing = [program, ...(language === "curl" ? ["curl"] : [])].find(
    (name) => spawnSync(name, ["--version"]).error !== undefined,
  );
  const without = missing ? ` (left out: there is no ${missing} here)` : "";
  it.skipIf(missing)(
    `the program in ${language} answers what the page shows, with its values as they are${without}`,
    async () => {
      const place = path.join(folder, file);
      await writeFile(place, copyCode(language, query, values));
      const env = { ...process.env, SLUICE_TOKEN: token };
      const { stdout } = await run(program, [place], { env, timeout: 60_000 });
      expect(stdout).toContain("none");
      if (language === "curl") expect(JSON.parse(stdout).rows).toEqual([[word, 2, true]]);
      // As the language writes a text down; this part of it needs no escape anywhere.
      else expect(stdout).toContain(word.slice(word.indexOf("$HOME")));
      const refused = await run(program, [place], {
        env: { ...env, SLUICE_TOKEN: "slc_no-such-token-0000000000000" },
      }).then(
        ({ stdout: said }) => said,
        (error: Error) => error.message,
      );
      expect(refused).toMatch(/401|Unauthorized|unauthorized/);
    },
  );
}
