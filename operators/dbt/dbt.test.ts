import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPublic } from "@/lib/egress/destination";
import { checkManifest } from "@/lib/operators/check-manifest";
import { commitFiles, type GitServer, git, startGitServer } from "@/lib/testing/git-server";

/** How a project comes here, and what is refused on the way: with Python and git alone. workers/dbt.db.test.ts has dbt. */
const there = ["python3", "git"].every((program) => spawnSync(program, ["--version"]).status === 0);
if (!there) process.stderr.write("The tests of the dbt operator are left out: there is no python3, or no git.\n");

const home = mkdtempSync(path.join(tmpdir(), "sluice-dbt-"));
const served = path.join(home, "served");
let server: GitServer;
let first = "";
let count = 0;

const project = { "dbt_project.yml": "name: shop\n", "models/orders.sql": "select 1 as id" };

/** Archives as nobody's tool writes them: `[name, content or link]`. */
const packing = `
import io, sys, json, tarfile, zipfile
file, entries = sys.argv[1], json.loads(sys.argv[2])
if file.endswith(".zip"):
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries: archive.writestr(name, content)
else:
    with tarfile.open(file, "w:gz") as archive:
        for name, content in entries:
            one = tarfile.TarInfo(name)
            if content.startswith("->"): one.type, one.linkname = tarfile.SYMTYPE, content[2:]
            else: one.size = len(content)
            archive.addfile(one, io.BytesIO(content.encode()))
`;
function pack(name: string, entries: [string, string][]): void {
  const { status, stderr } = spawnSync("python3", ["-c", packing, path.join(served, name), JSON.stringify(entries)]);
  expect(status, String(stderr)).toBe(0);
}

interface End {
  code: number | null;
  log: string;
  error: { message: string; field?: string; hint?: string };
}

/** The program over a context, with a Python that has no dbt: what is right with the project ends there. */
async function run(params: object, more: { hosts?: string[]; secret?: string; upload?: string } = {}): Promise<End> {
  const base = path.join(home, String(count++));
  const [into, out] = [path.join(base, "in"), path.join(base, "out")];
  for (const folder of [into, out]) mkdirSync(folder, { recursive: true });
  const secret = path.join(base, "secret");
  if (more.secret) writeFileSync(secret, more.secret);
  if (more.upload) copyFileSync(path.join(served, more.upload), path.join(into, "0"));
  const file = more.upload && { path: "0", name: "shop", bytes: statSync(path.join(into, "0")).size };
  const context = {
    contract: 1,
    ...(file ? { files: { file } } : {}),
    params: { from: "git", warehouse: "demo", schema: "mart", command: "build", ...params },
    secrets: more.secret ? { access: secret } : {},
    egress: { hosts: more.hosts ?? ["127.0.0.1"] },
    writes: { schemas: ["mart"] },
  };
  writeFileSync(path.join(into, "context.json"), JSON.stringify(context));
  const env = {
    NODE_ENV: "test" as const,
    PATH: process.env.PATH,
    SLUICE_IN: into,
    SLUICE_OUT: out,
    SLUICE_SCRATCH: base,
  };
  const child = spawn("python3", ["-S", path.join(import.meta.dirname, "main.py")], { env });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const result = path.join(out, "result.json");
  expect(existsSync(result), log).toBe(true);
  return { code, log, error: JSON.parse(readFileSync(result, "utf8")).error };
}
const withoutDbt = expect.stringMatching(/^dbt is not installed here. Run `npm run python`/);

it("has a manifest that holds", () => {
  const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, "operator.json"), "utf8"));
  expect(checkManifest(manifest)).not.toHaveProperty("problems");
});

describe.skipIf(!there)("a dbt project (needs python3 and git)", () => {
  beforeAll(async () => {
    mkdirSync(path.join(served, "private"), { recursive: true });
    first = commitFiles(served, "shop", project);
    git(path.join(served, "shop"), "tag", "v1");
    git(path.join(served, "shop"), "checkout", "-q", "-b", "next");
    commitFiles(served, "shop", { "models/more.sql": "select 2 as id" });
    git(path.join(served, "shop"), "checkout", "-q", "main");
    commitFiles(served, "private/shop", { ...project, "deep/er/dbt_project.yml": "name: deep" });
    commitFiles(served, "empty", { "README.md": "nothing", "transform/dbt_project.yml": "name: inner" });
    pack("whole.tar.gz", [
      ["shop-1/dbt_project.yml", "name: shop"],
      ["shop-1/link", "->/etc/passwd"],
    ]);
    pack("whole.zip", [["dbt_project.yml", "name: shop"]]);
    pack("above.tar.gz", [["shop/../../../above.sql", "select 1"]]);
    pack("above.zip", [["../above.sql", "select 1"]]);
    pack("absolute.tar.gz", [["/tmp/sluice-absolute.sql", "select 1"]]);
    pack("nothing.zip", [["README.md", "nothing"]]);
    writeFileSync(path.join(served, "none.zip"), "<html>");
    server = await startGitServer(served);
  });
  afterAll(() => {
    server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it.each([
    ["usual branch", {}, /at its usual branch: [0-9a-f]{40}/],
    ["branch", { ref: "next" }, /at next: [0-9a-f]{40}/],
    ["tag", { ref: "v1" }, /at v1: [0-9a-f]{40}/],
  ])("is fetched by its %s", async (_, more, words) => {
    const { log, error, code } = await run({ url: `${server.origin}/shop`, ...more });
    expect(log).toMatch(words);
    expect(error.message).toEqual(withoutDbt);
    expect(code).toBe(1);
  });

  it("is fetched by its commit, and with a token that goes to its host alone and into no log", async () => {
    expect((await run({ url: `${server.origin}/shop`, ref: first })).log).toContain(`at ${first}: ${first}`);
    const url = `${server.origin}/private/shop`;
    expect((await run({ url })).error).toMatchObject({ field: "url", hint: expect.stringMatching(/secret/) });
    expect((await run({ url }, { secret: "wr0ng" })).error).toMatchObject({ field: "url" });
    for (const secret of ["t0ken\n", "ana:t0ken"]) {
      const { error, log } = await run({ url, folder: "deep/er" }, { secret });
      expect(error.message).toEqual(withoutDbt);
      expect(log).not.toContain("t0ken");
    }
  });

  it.each([
    ["a branch that is not there", "/shop", { ref: "nope" }, "ref", /no branch, tag or commit "nope"/],
    ["a repository that is not there", "/nope", {}, "url", /There is no repository at/],
    ["no project", "/empty", {}, "folder", /no dbt_project.yml at its top.*It has one in transform: write that/],
    ["a folder that is not there", "/shop", { folder: "dbt" }, "folder", /in the folder dbt/],
    ["a folder above", "/shop", { folder: "../.." }, "folder", /within the project's own/],
    ["an archive that leads out", "/above.tar.gz", { from: "archive" }, "url", /leads out of its folder: shop/],
    ["a zip that leads out", "/above.zip", { from: "archive" }, "url", /leads out of its folder: \.\./],
    ["an archive that leads anywhere", "/absolute.tar.gz", { from: "archive" }, "url", /leads out of its folder/],
    ["no archive", "/none.zip", { from: "archive" }, "url", /no zip or tar.gz/],
    ["an archive that is not there", "/nope.zip", { from: "archive" }, "url", /answered 404/],
    [
      "one that leads into a private network",
      "/moved",
      { from: "archive" },
      "url",
      /169.254.169.254 lies in a private/,
    ],
  ])("is refused with %s", async (_, where, more, field, words) => {
    const { error } = await run({ url: server.origin + where, ...more });
    expect(error).toMatchObject({ field, message: expect.stringMatching(words) });
    expect(existsSync("/tmp/sluice-absolute.sql")).toBe(false);
  });

  it("says that a commit is written in full", async () => {
    const { error } = await run({ url: `${server.origin}/shop`, ref: first.slice(0, 8) });
    expect(error).toMatchObject({ field: "ref", hint: "Write a commit with all its 40 characters." });
  });

  it("may come in an archive, of which links are left out", async () => {
    for (const name of ["whole.tar.gz", "whole.zip"])
      expect((await run({ from: "archive", url: `${server.origin}/${name}` })).error.message).toEqual(withoutDbt);
    const { log } = await run({ from: "archive", url: `${server.origin}/whole.tar.gz` });
    expect(log).toContain("Left out, for it is a link: shop-1/link");
  });

  it("may be uploaded, and what is wrong with it is said at the file", async () => {
    for (const upload of ["whole.tar.gz", "whole.zip"]) {
      const { log, error } = await run({ from: "upload" }, { upload });
      expect(log).toMatch(/Unpacked shop: \d+ bytes/);
      expect(error.message).toEqual(withoutDbt);
    }
    const wrong: [string, RegExp][] = [
      ["above.zip", /leads out of its folder: \.\./],
      ["none.zip", /^The file shop is no zip or tar.gz/],
      ["nothing.zip", /no dbt_project.yml at its top/],
    ];
    for (const [upload, words] of wrong)
      expect((await run({ from: "upload" }, { upload })).error).toMatchObject({
        field: "file",
        message: expect.stringMatching(words),
      });
    expect((await run({ from: "upload" })).error).toMatchObject({ field: "file", message: "Choose an archive." });
  });

  it("is not asked for in a private network that no admin named, nor where nobody answers", async () => {
    const before = server.asked.length;
    for (const from of ["git", "archive"]) {
      const { error } = await run({ from, url: `${server.origin}/shop` }, { hosts: [] });
      expect(error.message).toMatch(/127.0.0.1 lies in a private network.*STAGE_PRIVATE_HOSTS/);
      expect(error.field).toBe("url");
    }
    expect(server.asked).toHaveLength(before);
    const named = await run({ url: "http://ana:pw@127.0.0.1:1/x" });
    expect(named.error.message).toMatch(/name a secret instead/);
    const { error } = await run({ url: "http://127.0.0.1:1/x.git" });
    expect(error).toMatchObject({ field: "url", message: expect.stringMatching(/127.0.0.1:1 cannot be reached/) });
  });

  it("is written only where the team may write", async () => {
    const { error } = await run({ url: `${server.origin}/shop`, schema: "sealed" });
    expect(error).toMatchObject({
      field: "schema",
      message: expect.stringMatching(/schema sealed. It may write in mart/),
    });
  });

  it("is asked for by the same rules as all that stages fetch", () => {
    const addresses = [
      ...["8.8.8.8", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.32.0.1", "192.0.0.9"],
      ...["192.88.99.1", "192.168.1.1", "198.18.0.1", "198.20.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255"],
      ...["0.0.0.0", "::1", "::ffff:10.0.0.1", "2606:4700::1111", "2001:db8::1", "2002:a00:1::", "fd00::1", "fe80::1"],
      ...["64:ff9b::a00:1", "3fff::1", "2001:0:1::", "nobody"],
    ];
    const ask =
      "import json, sys; from egress import is_public; print(json.dumps([is_public(a) for a in sys.argv[1:]]))";
    const { stdout, stderr } = spawnSync("python3", ["-c", ask, ...addresses], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    });
    expect(stdout, stderr).not.toBe("");
    const theirs = JSON.parse(stdout) as boolean[];
    expect(Object.fromEntries(addresses.map((one, at) => [one, theirs[at]]))).toEqual(
      Object.fromEntries(addresses.map((one) => [one, isPublic(one)])),
    );
  });
});
