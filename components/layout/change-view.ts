import { api } from "@/components/ui/api";

/** What a session is, each process knows for a second (lib/access/sessions.ts): a page asked for sooner may be the old one. */
const feltMs = 1_100;

/** Looks as that person from now on, or as oneself (null), and loads the page anew. */
export async function changeView(person: string | null): Promise<void> {
  if (person === null) await api("DELETE", "/view-as");
  else await api("POST", "/view-as", { person });
  await new Promise((resolve) => setTimeout(resolve, feltMs));
  location.assign(person === null ? "/admin/users" : "/");
}
