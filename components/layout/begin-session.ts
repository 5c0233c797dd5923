/**
 * Signs in with what the form holds, and answers why not: null is success. next-auth's own client takes an answer that
 * is not its own (429 after too many tries) for a broken one, and then nobody learns how long to wait.
 */
export async function beginSession(
  provider: "credentials" | "link",
  fields: Record<string, string>,
): Promise<{ refused: "wrong" | "other"; message: string } | null> {
  try {
    const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
    const answer = await fetch(`/api/auth/callback/${provider}`, {
      method: "POST",
      body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
    });
    const { url, detail } = (await answer.json()) as { url?: string; detail?: string };
    if (answer.ok && url && !new URL(url).searchParams.has("error")) return null;
    // A problem of ours says what to do; next-auth's refusal says only that it is one.
    if (detail) return { refused: "other", message: detail };
    return { refused: "wrong", message: "E-mail or password is not right. An admin can give you a one-time link." };
  } catch {
    return { refused: "other", message: "Sluice did not answer. Check your network, then try again." };
  }
}

/** Leads to a provider's own page; answers why not where that did not come about. */
export async function beginSignOn(provider: string, next: string): Promise<string | null> {
  try {
    const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
    const answer = await fetch(`/api/auth/signin/${provider}`, {
      method: "POST",
      body: new URLSearchParams({ csrfToken, callbackUrl: next, json: "true" }),
    });
    const { url } = (await answer.json()) as { url?: string };
    const target = url ? new URL(url, window.location.href) : null;
    if (!target || target.searchParams.has("error"))
      return "The provider does not answer just now. Try again in a moment.";
    window.location.assign(target);
    return null;
  } catch {
    return "Sluice did not answer. Check your network, then try again.";
  }
}
