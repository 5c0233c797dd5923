import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** Somebody as GitHub knows them, with their addresses as `/user/emails` lists them. */
export interface GitHubAccount {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[];
}

interface Asked {
  account: GitHubAccount;
  redirect: string;
  challenge: string;
  scope: string;
}

const app = { id: "Iv1.of-the-tests", secret: "github-secret-of-the-test" };

/**
 * GitHub Enterprise for tests, by its public documentation of the web application flow: the code is led back with `iss`
 * (RFC 9207), is good once and for its own PKCE verifier; a refused code answers 200 with an error; the API wants a
 * User-Agent, and lists addresses only to who asked for that scope. Nobody sees a page: who signs on is `signsOn`.
 */
export async function startGitHub(accounts: Record<string, GitHubAccount>) {
  const codes = new Map<string, Asked>();
  const tokens = new Map<string, Asked>();
  let signsOn = "";

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    answer(request, response, url).catch((error) => response.writeHead(500).end(String(error)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const site = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const json = (status: number, body: unknown) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/login/oauth/authorize") return authorize(url, response);
    if (url.pathname === "/login/oauth/access_token") {
      const said = exchange(new URLSearchParams(await text(request)));
      if (request.headers.accept?.includes("application/json")) return json(200, said);
      response.writeHead(200, { "content-type": "application/x-www-form-urlencoded" });
      return void response.end(new URLSearchParams(said).toString());
    }
    if (!request.headers["user-agent"]) return json(403, { message: "Request forbidden by administrative rules." });
    const asked = tokens.get(request.headers.authorization?.replace(/^(Bearer|token) /, "") ?? "");
    if (!asked) return json(401, { message: "Bad credentials" });
    const { emails, ...account } = asked.account;
    // The public address, which nobody has verified for this purpose and many hide.
    if (url.pathname === "/api/v3/user") return json(200, { ...account, email: "public@example.com" });
    if (url.pathname === "/api/v3/user/emails" && /\buser:email\b/.test(asked.scope)) return json(200, emails);
    return json(404, { message: "Not Found" });
  }

  function authorize(url: URL, response: ServerResponse): void {
    const given = (name: string) => url.searchParams.get(name) ?? "";
    const account = accounts[signsOn];
    if (given("client_id") !== app.id) return void response.writeHead(404).end();
    const back = new URL(given("redirect_uri"));
    back.searchParams.set("state", given("state"));
    back.searchParams.set("iss", `${site}/login/oauth`);
    if (account && given("code_challenge_method") === "S256") {
      const code = randomUUID();
      const [challenge, scope] = [given("code_challenge"), given("scope")];
      codes.set(code, { account, redirect: given("redirect_uri"), challenge, scope });
      back.searchParams.set("code", code);
    } else back.searchParams.set("error", "access_denied");
    response.writeHead(302, { location: String(back) }).end();
  }

  function exchange(form: URLSearchParams): Record<string, string> {
    if (form.get("client_id") !== app.id || form.get("client_secret") !== app.secret)
      return {
        error: "incorrect_client_credentials",
        error_description: "The client_id and/or client_secret are wrong.",
      };
    const code = form.get("code") ?? "";
    const asked = codes.get(code);
    codes.delete(code);
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!asked || asked.challenge !== proof || (form.get("redirect_uri") ?? asked.redirect) !== asked.redirect)
      return { error: "bad_verification_code", error_description: "The code passed is incorrect or expired." };
    const token = `gho_${randomUUID()}`;
    tokens.set(token, asked);
    return { access_token: token, scope: asked.scope.replaceAll(" ", ","), token_type: "bearer" };
  }

  return {
    site,
    ...{ clientId: app.id, clientSecret: app.secret },
    signsOn: (who: string) => {
      signsOn = who;
    },
    stop: () => server.close(),
  };
}
