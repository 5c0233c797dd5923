import { execFileSync, spawn } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** A repository at `<folder>/<name>`, with these files committed. Answers the commit. */
export function commitFiles(folder: string, name: string, files: Record<string, string>): string {
  const repository = path.join(folder, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
    writeFileSync(path.join(repository, file), content);
  }
  if (!existsSync(path.join(repository, ".git"))) git(repository, "init", "-q", "-b", "main");
  git(repository, "add", "-A");
  git(repository, "commit", "-q", "-m", "A change");
  return git(repository, "rev-parse", "HEAD").trim();
}

export function git(repository: string, ...args: string[]): string {
  const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
  return execFileSync("git", [...who, ...args], { cwd: repository, encoding: "utf8" });
}

export interface GitServer {
  origin: string;
  /** What was asked for. */
  asked: string[];
  stop(): void;
}

/**
 * Repositories below a folder by git's own HTTP server, and files of it by their names. What lies in `private/` asks for
 * a name and this password; `/moved` leads into a private network.
 */
export async function startGitServer(folder: string, password = "t0ken"): Promise<GitServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://here");
    asked.push(pathname);
    if (pathname === "/moved") return response.writeHead(302, { location: "http://169.254.169.254/x.zip" }).end();
    const [, given = ""] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    if (pathname.startsWith("/private/") && !Buffer.from(given, "base64").toString().endsWith(`:${password}`))
      return response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    const file = path.join(folder, pathname);
    if (/\.(zip|gz)$/.test(pathname) && existsSync(file)) return createReadStream(file).pipe(response);
    answer(request, response, { folder, pathname, query: searchParams.toString() });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** As the Common Gateway Interface (RFC 3875) has it. */
function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, pathname, query }: { folder: string; pathname: string; query: string },
): void {
  const child = spawn("git", ["http-backend"], {
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: query,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      // Folders that another user made, when all runs as root.
      ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf("\r\n\r\n");
    const head = whole.subarray(0, end).toString().split("\r\n");
    const headers = head.map((line) => line.split(": ", 2) as [string, string]);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    response.writeHead(Number.parseInt(status, 10), headers.filter(([name]) => name !== "Status").flat());
    response.end(whole.subarray(end + 4));
  });
}
