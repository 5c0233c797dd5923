import type { Metadata } from "next";
import { Sessions } from "@/components/admin/sessions";
import { listSessions } from "@/lib/access/sessions";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Sessions" };

export default async function SessionsPage() {
  const ctx = await pageContext();
  return <Sessions sessions={await listSessions(ctx)} />;
}
