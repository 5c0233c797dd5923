// `npm start`: from a bare checkout to a running Sluice. This file runs on Node 18 and later; serve.mjs goes on under 24.
import process from "node:process";
import { followNpm } from "./follow-npm.mjs";
import { goOnUnder, install, installed, otherNode, root } from "./install.mjs";
import { fail, step } from "./steps.mjs";

process.chdir(root);
followNpm();
try {
  if (!installed()) {
    process.stdout.write("  Installing packages; this takes a minute or two\n");
    await step("Install packages", install);
  }
  const binary = otherNode();
  const args = process.argv.slice(2);
  if (binary) goOnUnder(binary, "serve.mjs", args);
  else await import("./serve.mjs");
} catch (error) {
  fail(error);
}
