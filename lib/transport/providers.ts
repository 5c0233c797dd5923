import type { Account, Profile } from "next-auth";
import GoogleProvider from "next-auth/providers/google";
import type { OAuthConfig, OAuthUserConfig, Provider } from "next-auth/providers/index";
import { z } from "zod";
import type { Proven } from "@/lib/access/single-sign-on";
import { env } from "@/lib/platform/env";

const claims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().max(320).default(""),
  email_verified: z.union([z.boolean(), z.literal("true").transform(() => true)]).catch(false),
  name: z.string().nullable().catch(null),
});

interface GitHubPerson {
  id: number;
  login: string;
  name: string | null;
}
interface GitHubEmail {
  email: string;
  primary: boolean;
  verified: boolean;
}

/** Single sign-on that somebody has set up: id and what stands on its button. */
export function signOnChoices(): { id: string; name: string }[] {
  return providers().map(({ id, name }) => ({ id, name }));
}

/** next-auth's providers, by our settings. */
export function providers(): Provider[] {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, OIDC_ISSUER } = env();
  const found: Provider[] = [];
  if (GOOGLE_CLIENT_ID && GOOGLE_CLIENT_SECRET)
    found.push(
      GoogleProvider({ clientId: GOOGLE_CLIENT_ID, clientSecret: GOOGLE_CLIENT_SECRET, checks: ["pkce", "state"] }),
    );
  if (GITHUB_CLIENT_ID && GITHUB_CLIENT_SECRET)
    found.push(gitHub({ clientId: GITHUB_CLIENT_ID, clientSecret: GITHUB_CLIENT_SECRET }));
  if (OIDC_ISSUER) found.push(openIdConnect(OIDC_ISSUER));
  return found;
}

function openIdConnect(issuer: string): OAuthConfig<Profile> {
  const { OIDC_NAME, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_GROUPS_CLAIM } = env();
  const groups = OIDC_GROUPS_CLAIM === "groups" ? " groups" : "";
  return {
    id: "oidc",
    name: OIDC_NAME,
    type: "oauth",
    wellKnown: `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: `openid email profile${groups}` } },
    // Signed, and with our nonce in it; some providers put e-mail and groups only into what userinfo answers.
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    profile: (profile) => ({ id: profile.sub ?? "" }),
  };
}

/** GitHub says which addresses are verified only in a list of its own, and is asked for that each time. */
function gitHub(options: OAuthUserConfig<GitHubPerson>): OAuthConfig<GitHubPerson> {
  const site = env().GITHUB_URL.replace(/\/$/, "");
  const api = site === "https://github.com" ? "https://api.github.com" : `${site}/api/v3`;
  return {
    id: "github",
    name: "GitHub",
    type: "oauth",
    // GitHub names itself beside the code (RFC 9207), and openid-client takes no name that it was not told.
    issuer: `${site}/login/oauth`,
    authorization: { url: `${site}/login/oauth/authorize`, params: { scope: "read:user user:email" } },
    token: `${site}/login/oauth/access_token`,
    // As GitHub documents it; that it takes a Basic header too is said nowhere.
    client: { token_endpoint_auth_method: "client_secret_post" },
    userinfo: {
      url: `${api}/user`,
      async request({ tokens }) {
        const ask = async <T>(path: string) => {
          const headers = { authorization: `Bearer ${tokens.access_token}`, "user-agent": "sluice" };
          const answer = await fetch(`${api}${path}`, { headers, signal: AbortSignal.timeout(10_000) });
          if (!answer.ok) throw new Error(`GitHub answered ${answer.status}`);
          return (await answer.json()) as T;
        };
        const person = await ask<GitHubPerson>("/user");
        const emails = await ask<GitHubEmail[]>("/user/emails?per_page=100");
        // The primary alone: another may be one that they added for an old project, and read no more.
        const email = emails.find(({ primary }) => primary);
        const name = person.name ?? person.login;
        return { sub: String(person.id), email: email?.email, email_verified: email?.verified === true, name };
      },
    },
    checks: ["pkce", "state"],
    profile: (profile) => ({ id: String((profile as unknown as { sub: string }).sub) }),
    ...options,
  };
}

/** What a provider's answer proves; null where it is not even an answer about somebody. */
export function provenBy(account: Account | null, profile: Profile | undefined): Proven | null {
  const provider = account?.provider;
  if (provider !== "google" && provider !== "github" && provider !== "oidc") return null;
  const read = claims.safeParse(profile);
  if (!read.success) return null;
  const { sub, email, email_verified, name } = read.data;
  return { provider, subject: sub, email, emailVerified: email_verified, name, groups: groupsOf(provider, read.data) };
}

function groupsOf(provider: string, profile: Record<string, unknown>): string[] | null {
  if (provider !== "oidc") return null;
  const list = profile[env().OIDC_GROUPS_CLAIM];
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : null;
}
