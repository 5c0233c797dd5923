import { near, oneOf } from "@/lib/operators/near";
import type { Lint } from "./lint";

/** Who is told: people and teams that there are, an address that may be sent to, a secret that signs it. */
export function lintNotify(lint: Lint): void {
  const { people = [], teams = [], webhook } = lint.document.notify ?? {};
  const { told, secrets, refusedAddress } = lint.knows ?? {};
  for (const [at, address] of people.entries())
    if (told && !told.people.includes(address.toLowerCase()))
      lint.say(
        { field: ["notify", "people", at] },
        `Nobody here has the address ${address}.`,
        "Mail goes to people with an account. Send to others by the webhook.",
      );
  for (const [at, team] of teams.entries())
    if (told && !told.teams.includes(team))
      lint.say({ field: ["notify", "teams", at] }, `There is no team ${team}.`, "Write its name as its page does.");
  if (!webhook) return;
  const refusal = refusedAddress?.(webhook.url);
  if (refusal)
    lint.say({ field: ["notify", "webhook", "url"] }, refusal, "Use an address that can be reached from here.");
  if (secrets && !secrets.includes(webhook.secret)) {
    const guess = near(webhook.secret, secrets);
    lint.say(
      { field: ["notify", "webhook", "secret"] },
      `There is no secret ${webhook.secret} that this pipeline may use.`,
      guess ? `Did you mean ${guess}?` : secrets.length > 0 ? oneOf(secrets) : "Store one first: Settings, Secrets.",
    );
  }
}
