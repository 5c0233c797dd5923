import { redirect } from "next/navigation";

/** Everybody's, so it stands with the pages of everybody. */
export default function AdminUsagePage() {
  redirect("/usage");
}
