import path from "node:path";
import type { Command } from "../command";
import { exits, Failure } from "../failure";
import { serveOperator } from "../operators/dev-server";
import { problemText, readOperator } from "../operators/folder";
import { runOperator } from "../operators/run-operator";
import { readTry } from "../operators/try-file";

/** For whoever writes an operator: on this machine, without Sluice. */
export const operatorFolderCommands: Command[] = [
  {
    name: "operators check",
    words: ["<folder...>"],
    summary: "Say what is wrong with operators' manifests on this machine",
    flags: {},
    notes: "Ends with 1 when one of them cannot be used.",
    async run(given) {
      let wrong = 0;
      for (const folder of given.words) {
        const read = readOperator(folder);
        if (!("problems" in read)) continue;
        wrong += 1;
        process.stdout.write(problemText(read.problems).replace(/^(?=.)/gm, `${folder}: `));
      }
      if (wrong === 0) process.stderr.write("No errors.\n");
      return wrong === 0 ? exits.done : exits.failed;
    },
  },
  {
    name: "operators dev",
    words: ["<folder>"],
    summary: "Build and run an operator on this machine, with its form in the browser",
    flags: {
      params: { short: "p", value: "FILE", help: "What it is tried with, as YAML or JSON" },
      once: { help: "Run it once, print what it left, and end with its exit code" },
      container: { help: "Build its Dockerfile and run it shut in, by docker" },
      port: { value: "N", help: "Of the form, 4123 without it" },
    },
    notes: `The file has params, inputs (files beside it, in the format that the manifest asks for), and where it matters outputs
({name: format}), interval ({from, to, timeZone}), secrets ({parameter: text}), files ({parameter: file}), dry ({rows: 100})
and build: what to run in the folder before, as "go build -o sessionize .".

It runs again when a file of the folder, or that file, is saved. It opens no way to a warehouse
and installs no Python packages that a parameter names: that is for a run.`,
    async run(given) {
      const folder = path.resolve(given.words[0] ?? "");
      const file = given.text("params");
      const container = given.is("container");
      if (!given.is("once")) {
        const stopped = new AbortController();
        process.once("SIGINT", () => stopped.abort()).once("SIGTERM", () => stopped.abort());
        await serveOperator({ folder, file, container, port: given.number("port", 1) ?? 4123 }, stopped.signal);
        return exits.done;
      }
      const read = readOperator(folder);
      if ("problems" in read) throw new Failure(problemText(read.problems), exits.failed);
      const say = (stream: "stdout" | "stderr", text: string) => void process[stream].write(text);
      const tried = await runOperator({ folder, manifest: read.manifest, container, say }, readTry(file));
      for (const { name, file, bytes, head } of tried.outputs)
        process.stderr.write(`${name}/${file}, ${bytes} bytes\n${head}`);
      if (tried.result) process.stderr.write(`result.json: ${JSON.stringify(tried.result)}\n`);
      for (const problem of tried.problems) process.stderr.write(`${problem}\n`);
      if (tried.code === 0 && (tried.problems.length > 0 || tried.result?.error)) return exits.failed;
      return tried.code ?? exits.failed;
    },
  },
];
