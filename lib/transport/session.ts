import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { checkPassword } from "@/lib/access/passwords";
import { attemptSignIn } from "@/lib/access/rate-limit";
import { forgetSessions, sessionDays, startSession } from "@/lib/access/sessions";
import { spendSignInLink } from "@/lib/access/sign-in-links";
import { accountFor, type Proven, type RefusalCode, SignOnRefused } from "@/lib/access/single-sign-on";
import { pool } from "@/lib/platform/db/pool";
import { env } from "@/lib/platform/env";
import { SluiceError } from "@/lib/platform/errors";
import { logger } from "@/lib/platform/logger";
import { addressOf } from "./authenticate";
import { cookieName, isSecure } from "./cookie";
import { provenBy, providers } from "./providers";
import { storable } from "./storable";

interface From {
  userAgent: string | null;
  address: string | null;
}

function from(headers: Record<string, unknown> | undefined): From {
  const text = (name: string) => (typeof headers?.[name] === "string" ? (headers[name] as string) : null);
  return {
    userAgent: text("user-agent"),
    address: text("x-forwarded-for")?.split(",").at(-1)?.trim().slice(0, 64) ?? null,
  };
}

interface Account {
  id: string;
  email: string;
  name: string;
  password_hash: string | null;
}

function byPassword(email: string, password: string, where: From) {
  const address = email.trim().toLowerCase();
  return attemptSignIn(address, where.address, async () => {
    const { rows } = await pool().query<Account>(
      "select id, email, name, password_hash from users where lower(email) = $1 and disabled_at is null",
      [address],
    );
    const user = rows[0];
    if (!(await checkPassword(password, user?.password_hash ?? null)) || !user) return null;
    return { id: user.id, email: user.email, name: user.name, sid: await startSession(user, where, "password") };
  });
}

function byLink(token: string, where: From) {
  return attemptSignIn(null, where.address, async () => {
    const user = await spendSignInLink(token);
    return user && { ...user, sid: await startSession(user, where, "link") };
  });
}

/** next-auth writes an error's own text into the address it sends people to; only ours are meant for them. */
async function inWords<Answer>(sign: () => Promise<Answer>): Promise<Answer> {
  try {
    return await sign();
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    logger.error({ error: error instanceof Error ? error.stack : String(error) }, "sign-in failed");
    throw new Error("Unavailable", { cause: error });
  }
}

/** A session for somebody whom a provider vouches for; or why not, as the sign-in page's address says it. */
async function bySingleSignOn(
  proven: Proven,
  where: From,
): Promise<{ id: string; sid: string } | { refused: RefusalCode }> {
  try {
    const user = await accountFor(proven, where.address);
    return { id: user.id, sid: await startSession(user, where, proven.provider) };
  } catch (error) {
    if (!(error instanceof SignOnRefused)) throw error;
    logger.warn({ provider: proven.provider, reason: error.reason }, "single sign-on refused");
    return { refused: error.reason };
  }
}

/**
 * next-auth's options. The cookie holds our session row's id and nothing that could go stale.
 * @param asked the request's headers, which next-auth keeps from its callbacks
 */
export function authOptions(asked: Headers = new Headers()): NextAuthOptions {
  const where: From = { userAgent: asked.get("user-agent"), address: addressOf(asked) };
  return {
    secret: env().AUTH_SECRET,
    session: { strategy: "jwt", maxAge: sessionDays * 86_400 },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    useSecureCookies: isSecure(),
    logger: {
      error: (code, about) => logger.warn({ code, error: wordsOf(about) }, "sign-in refused"),
      warn: () => undefined,
      debug: () => undefined,
    },
    cookies: {
      sessionToken: {
        name: cookieName(),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure() },
      },
    },
    providers: [
      CredentialsProvider({
        id: "credentials",
        name: "E-mail and password",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        authorize: async (given, request) => {
          if (typeof given?.email !== "string" || typeof given.password !== "string") return null;
          if (given.email.length > 320 || given.password.length > 1000) return null;
          if (!storable(given.email)) return null;
          const { email, password } = given;
          return inWords(() => byPassword(email, password, from(request.headers)));
        },
      }),
      CredentialsProvider({
        id: "link",
        name: "One-time link",
        credentials: { token: { type: "text" } },
        authorize: async (given, request) => {
          if (typeof given?.token !== "string" || given.token.length > 200) return null;
          const { token } = given;
          return inWords(() => byLink(token, from(request.headers)));
        },
      }),
      ...providers(),
    ],
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.type === "credentials") return true;
        const proven = provenBy(account, profile);
        if (!proven) return "/sign-in?error=Provider";
        const answer = await inWords(() => bySingleSignOn(proven, where));
        if ("refused" in answer) return `/sign-in?error=${answer.refused}`;
        // What the jwt callback below is given next.
        Object.assign(user, answer);
        return true;
      },
      jwt: ({ token, user }) => (user && "sid" in user ? { sub: user.id, sid: user.sid } : token),
      // The page asks pageContext who it is; this answer need not say.
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => ownUrl(url, baseUrl),
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid !== "string") return;
        await pool().query("update sessions set ended_at = now() where id = $1 and ended_at is null", [token.sid]);
        forgetSessions();
      },
    },
  };
}

/** Its reason without what came along: a provider's answer may hold tokens. */
function wordsOf(about: unknown): string {
  const { error, message } = about as { error?: { message?: string }; message?: string };
  return error?.message ?? message ?? "";
}

/** Where sign-in leads: only within our own origin, whatever the link said. */
export function ownUrl(url: string, baseUrl: string): string {
  const target = URL.parse(url, baseUrl);
  const own = target?.origin === new URL(baseUrl).origin && !target.pathname.startsWith("//");
  return target && own ? target.href : baseUrl;
}
