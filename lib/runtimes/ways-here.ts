import { env } from "@/lib/platform/env";
import { type Needs, waysOf } from "./choose";

/** Whether nobody but the people of this machine reaches the portal. */
export const isOnLoopback = (): boolean => {
  const { HOST } = env();
  return HOST === "localhost" || HOST === "::1" || HOST.startsWith("127.");
};

/** In which ways this installation may run it, as far as its settings say: engines are looked for by workers. */
export const waysHere = (needs: Needs) => waysOf(needs, { wanted: env().STAGE_RUNTIME, onLoopback: isOnLoopback() });
