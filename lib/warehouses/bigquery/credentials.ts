import { z } from "zod";
import { WarehouseError } from "@/lib/warehouses/adapter";

/** What of a key's JSON is used. Its addresses are not: a key must not choose where its own proof is sent. */
export interface ServiceKey {
  email: string;
  privateKey: string;
}

const keySchema = z.object({
  type: z.literal("service_account"),
  client_email: z.email(),
  private_key: z.string().startsWith("-----BEGIN"),
});

const say = (why: string) =>
  `${why} Paste the JSON key of a service account, as the console's “Create new key” downloads it.`;

/** Why this is no key that can be used; null when it is one. */
export function keyProblem(json: string): string | null {
  if (json.trim() === "") return say("There is no key.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return say("This is not JSON.");
  }
  if (keySchema.safeParse(parsed).success) return null;
  const { type } = (parsed ?? {}) as { type?: unknown };
  return say(
    typeof type === "string" && type !== "service_account"
      ? `This is a key of the kind “${type.slice(0, 60)}”, which is not taken.`
      : "This JSON has no client_email and private_key.",
  );
}

/** @throws WarehouseError `connection`; the message holds nothing of the key */
export function readKey(json: string): ServiceKey {
  const problem = keyProblem(json);
  if (problem) throw new WarehouseError({ code: "connection", message: problem });
  const { client_email: email, private_key: privateKey } = keySchema.parse(JSON.parse(json));
  return { email, privateKey };
}
