import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { type IncomingHttpHeaders, request as plain } from "node:http";
import { createServer, request as secure } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** What has come so far. */
  text(): string;
  /** Resolves with all of it at its end. */
  whole: Promise<string>;
}

/**
 * What people put before Sluice: it ends TLS, by a certificate of its own making, and hands on by plain HTTP. As
 * others do, it keeps an answer back until it is whole, unless the answer says not to.
 */
export class TlsProxy {
  private readonly server;
  private readonly certificate: Buffer;
  /** Where Sluice listens; known only after the address that people use. */
  target = 0;

  constructor(home: string) {
    mkdirSync(home, { recursive: true });
    const [key, certificate] = [path.join(home, "proxy.key"), path.join(home, "proxy.crt")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-new", "-x509", "-days", "2", "-nodes", ...names, ...files], { stdio: "ignore" });
    this.certificate = readFileSync(certificate);
    this.server = createServer({ key: readFileSync(key), cert: this.certificate }, (down, answer) => {
      const headers = {
        ...down.headers,
        "x-forwarded-for": down.socket.remoteAddress,
        "x-forwarded-proto": "https",
        "x-forwarded-host": down.headers.host,
      };
      const { method, url } = down;
      const up = plain({ host: "127.0.0.1", port: this.target, method, path: url, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        answer.flushHeaders();
        if (from.headers["x-accel-buffering"] === "no") return void from.pipe(answer);
        const chunks: Buffer[] = [];
        from.on("data", (chunk: Buffer) => chunks.push(chunk));
        from.on("end", () => answer.end(Buffer.concat(chunks)));
      });
      up.on("error", () => answer.destroy());
      answer.on("close", () => up.destroy());
      down.pipe(up);
    });
  }

  /** @returns the address that people use */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `https://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** One request as a browser would send it, which trusts this certificate; redirects are not followed. */
  async fetch(
    url: string,
    { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const { hostname, host, port, pathname, search } = new URL(url);
    return await new Promise((resolve, reject) => {
      const asked = secure(
        {
          // Not by name: that may stand for an address of IPv6, where nobody listens.
          ...{ host: "127.0.0.1", port, servername: hostname, ca: this.certificate, agent: false },
          ...{ method, path: pathname + search, headers: { host, ...headers } },
        },
        (from) => {
          let text = "";
          from.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          const whole = new Promise<string>((ended, broken) => {
            from.on("end", () => ended(text));
            from.on("error", broken);
          });
          whole.catch(() => undefined);
          resolve({ status: from.statusCode ?? 0, headers: from.headers, text: () => text, whole });
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
