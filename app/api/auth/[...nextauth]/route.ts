import NextAuth from "next-auth";
import { checkSignIn } from "@/lib/access/rate-limit";
import { addressOf } from "@/lib/transport/authenticate";
import { readText } from "@/lib/transport/body";
import { problem } from "@/lib/transport/problem";
import { authOptions } from "@/lib/transport/session";

interface Context {
  params: Promise<{ nextauth: string[] }>;
}

const answer = (request: Request, context: Context): Promise<Response> =>
  NextAuth(authOptions(request.headers))(request, context);

export { answer as GET };

/** next-auth knows no 429: what is over the sign-in limit is refused before it. */
export async function POST(request: Request, context: Context): Promise<Response> {
  const [action, provider] = (await context.params).nextauth;
  if (action !== "callback") return answer(request, context);
  try {
    const byPassword = provider === "credentials";
    const form = new URLSearchParams(byPassword ? await readText(request.clone() as Request) : "");
    await checkSignIn(byPassword ? (form.get("email") ?? "").trim().toLowerCase() : null, addressOf(request.headers));
  } catch (error) {
    return problem(error);
  }
  return answer(request, context);
}
