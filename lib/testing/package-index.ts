import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A wheel of one module, as PEP 427 lays it out. */
const making = `
import sys, zipfile
folder, name, version = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    wheel.writestr(f"{name}.py", f"version = '{version}'\\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

/** A package index as PEP 503 has it, with one package in the given versions; counts how often each file was fetched. */
export async function packageIndex(name: string, versions: string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-index-"));
  for (const version of versions) execFileSync("python3", ["-c", making, folder, name, version]);
  const files = versions.map((version) => `${name}-${version}-py3-none-any.whl`);
  const fetched: string[] = [];
  const server = createServer(({ url = "" }, answer) => {
    const file = files.find((one) => url.endsWith(one));
    if (file) {
      fetched.push(file);
      answer.end(readFileSync(path.join(folder, file)));
    } else if (url === `/simple/${name.replaceAll("_", "-")}/`) {
      answer.setHeader("content-type", "text/html");
      answer.end(files.map((one) => `<a href="/files/${one}">${one}</a>`).join("\n"));
    } else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`, fetched, close };
}
