import { type Context, choice, StageError, text } from "../sql/context";
import { bodyOf } from "./answers";
import { secretOf } from "./secret";
import { follow, urlOf } from "./web";

/** The headers that sign in, by what the form says. `renew` asks for a new token where one can run out. */
export interface SignedIn {
  headers: Record<string, string>;
  renew: (() => Promise<Record<string, string>>) | null;
}

export async function signIn(context: Context): Promise<SignedIn> {
  const way = choice(context, "auth", ["none", "bearer", "header", "basic", "oauth2"], "none");
  if (way === "none") return { headers: {}, renew: null };
  const secret = secretOf(context, "secret");
  if (secret === null) throw new StageError("Name the secret to sign in with.", { field: "secret" });
  if (/[\r\n]/.test(secret)) throw new StageError("The secret has several lines.", { field: "secret" });
  if (way === "bearer") return { headers: { authorization: `Bearer ${secret}` }, renew: null };
  if (way === "basic") {
    const pair = Buffer.from(`${text(context, "user")}:${secret}`).toString("base64");
    return { headers: { authorization: `Basic ${pair}` }, renew: null };
  }
  if (way === "header") {
    const { header = "X-API-Key" } = context.params;
    return { headers: { [String(header).toLowerCase()]: secret }, renew: null };
  }
  const renew = () => clientCredentials(context, secret);
  return { headers: await renew(), renew };
}

/** RFC 6749, section 4.4: the client signs in by itself, by HTTP Basic (section 2.3.1). */
async function clientCredentials(context: Context, secret: string): Promise<Record<string, string>> {
  const { scope } = context.params;
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(scope ? { scope: String(scope) } : {}) });
  const encoded = [text(context, "client"), secret].map(encodeURIComponent).join(":");
  const field = "token_url";
  const { answer, url, close } = await follow(
    context,
    urlOf(text(context, field), field),
    {
      ...{ method: "POST", body: form.toString() },
      headers: {
        ...{ "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        authorization: `Basic ${Buffer.from(encoded).toString("base64")}`,
      },
    },
    field,
  );
  try {
    if (answer.statusCode !== 200)
      throw new StageError(`${url.host} gave no token: it answered ${answer.statusCode}.`, { field });
    const { access_token: token } = JSON.parse(await bodyOf(answer, field)) as { access_token?: unknown };
    if (typeof token === "string" && token !== "") return { authorization: `Bearer ${token}` };
    throw new StageError(`${url.host} answered without an access_token.`, { field });
  } catch (error) {
    if (error instanceof SyntaxError) throw new StageError(`${url.host} answered no JSON.`, { field });
    throw error;
  } finally {
    close();
  }
}
