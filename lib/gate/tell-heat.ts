import { notify } from "@/lib/inbox/notify";
import { queueMail } from "@/lib/mail/queue-mail";
import { db } from "@/lib/platform/db/prisma";
import { publicUrl } from "@/lib/platform/url";
import { queueWebhook } from "@/lib/webhooks/queue-webhook";

/**
 * Tells every admin, in the inbox and by mail, and the warehouse's webhook that it is hot, or that this is over; once:
 * whoever comes second, after a worker was lost between two steps, finds that it has been told.
 */
export async function tellHeat(warehouseId: string, what: "hot" | "over", words: string | null): Promise<boolean> {
  return db().$transaction(async (tx) => {
    const told = await tx.$executeRaw`
      update load_samplers set state = jsonb_set(state, '{alert,told}', to_jsonb(${what === "hot"}::boolean))
      where warehouse_id = ${warehouseId} and (state #>> '{alert,told}')::boolean is distinct from ${what === "hot"}`;
    if (told === 0) return false;
    const warehouse = await tx.warehouse.findUniqueOrThrow({ where: { id: warehouseId } });
    const { name, slots, slotsNow, alertMinutes } = warehouse;
    const slowed = slotsNow !== null && slotsNow < slots ? ` It is given ${slotsNow} of ${slots} slots.` : "";
    const said =
      what === "hot"
        ? `The warehouse ${name} has been hot for ${alertMinutes === 1 ? "a minute" : `${alertMinutes} minutes`}${words ? `: ${words}` : ""}.`
        : `The warehouse ${name} is no longer hot.`;
    const admins = await tx.user.findMany({
      where: { role: "admin", disabledAt: null, serviceTeamId: null },
      select: { id: true, email: true },
    });
    await notify(
      tx,
      admins.map(({ id }) => id),
      { kind: "gate", text: said + slowed, url: "/admin/load" },
    );
    for (const { email } of admins)
      await queueMail(tx, { to: email, subject: said, text: `${said}${slowed}\n\n/admin/load\n` });
    const { alertWebhook: webhook, alertSecret: webhookSecret } = warehouse;
    if (webhook && webhookSecret) {
      await queueWebhook(
        tx,
        { id: warehouseId, trigger: null, webhook, webhookSecret },
        {
          event: what === "hot" ? "warehouse.hot" : "warehouse.calm",
          ...{ warehouse: { id: warehouseId, name }, text: said + slowed, url: publicUrl("/admin/load") },
          ...{ slots: { given: slotsNow ?? slots, of: slots } },
        },
      );
    }
    return true;
  });
}
