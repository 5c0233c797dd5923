import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { Context } from "@/lib/access/context";
import { contextOfSession } from "@/lib/access/sessions";
import { SluiceError } from "@/lib/platform/errors";
import { addressOf } from "./authenticate";
import { cookieName, sessionIdOf } from "./cookie";
import { contextOfIap, iapHeader } from "./iap";

/** Who looks at this page; null without a session. Read once a request. */
export const currentContext = cache(async (): Promise<Context | null> => {
  const asked = await headers();
  const through = await contextOfIap(asked.get(iapHeader), addressOf(asked)).catch((error) => {
    // Who is refused sees the sign-in page, as everybody without a session.
    if (error instanceof SluiceError) return null;
    throw error;
  });
  if (through) return through;
  const cookie = (await cookies()).get(cookieName())?.value;
  const id = cookie ? await sessionIdOf(cookie) : null;
  return id ? contextOfSession(id, addressOf(asked)) : null;
});

/** Who looks at this page; without a session they sign in first and come back to the same address. */
export async function pageContext(): Promise<Context> {
  const ctx = await currentContext();
  if (ctx) return ctx;
  // Set by proxy.ts: a server component is not told its own address.
  const path = (await headers()).get("x-sluice-path") ?? "/";
  redirect(`/sign-in?next=${encodeURIComponent(path)}`);
}
