import type { Metadata } from "next";
import { AllTokens } from "@/components/admin/all-tokens";
import type { PageProps } from "@/components/layout/page-props";
import { listTokens } from "@/lib/access/list-tokens";
import { may } from "@/lib/access/policy";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Tokens" };

const rows = 50;

export default async function AllTokensPage({ searchParams }: PageProps) {
  const [ctx, params] = await Promise.all([pageContext(), searchParams]);
  // The layout says so in words; it and its page are drawn side by side.
  if (!may(ctx, "token.manage")) return null;
  const given = (name: string, most: number) => (typeof params[name] === "string" ? params[name].slice(0, most) : "");
  const [q, after] = [given("q", 200), given("after", 100)];
  const { items, next } = await listTokens(ctx, {
    ...{ all: "1", limit: rows },
    ...(q && { q }),
    ...(after && { cursor: after }),
  });
  const now = Date.now();
  const tokens = items.map((token) => ({
    ...token,
    expired: token.expiresAt !== null && Date.parse(token.expiresAt) <= now,
  }));
  const at = (place: string | null) =>
    `/admin/tokens?${new URLSearchParams({ ...(q && { q }), ...(place && { after: place }) })}`;
  return (
    <AllTokens
      tokens={tokens}
      next={next ? at(next) : null}
      first={after ? at(null) : null}
      filtered={q !== "" || after !== ""}
    />
  );
}
