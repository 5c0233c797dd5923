import { type Allowed, refusalOf } from "@/lib/egress/destination";
import { env } from "@/lib/platform/env";
import { invalidAt } from "@/lib/platform/errors";

/** Where a webhook may be sent. */
export const webhookHosts = (): Allowed => ({
  hosts: env().WEBHOOK_PRIVATE_HOSTS,
  refusal: (host) =>
    `${host} lies in a private network. Webhooks go to the internet, and to hosts that an admin names in WEBHOOK_PRIVATE_HOSTS.`,
});

/** For a form: what can be said of an address without asking the network. @throws SluiceError invalid at `field` */
export function refuseAddress(text: string, field = "webhook"): void {
  const refusal = refusalOf(text, webhookHosts());
  if (refusal) throw invalidAt(field, refusal);
}
