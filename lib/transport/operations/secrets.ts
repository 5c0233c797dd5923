import { z } from "zod";
import { putSecretSchema, secretName, secretView } from "@/lib/secrets/schema";
import { operation } from "../operation";
import { ended, listOf, none } from "./fields";

const nameParams = z.strictObject({ name: secretName });

export const secrets = {
  list: operation({
    method: "GET",
    path: "/secrets",
    summary: "Secrets that pipelines of your teams may use, by name, with where each is used; never a value",
    action: "secret.read",
    query: none,
    answers: { 200: { description: "All of them", schema: listOf(secretView) } },
  }),
  read: operation({
    method: "GET",
    path: "/secrets/{name}",
    summary: "A secret, where it is used and when its value was set; never the value",
    action: "secret.read",
    params: nameParams,
    answers: { 200: { description: "The secret", schema: secretView } },
  }),
  put: operation({
    method: "PUT",
    path: "/secrets/{name}",
    summary: "Make a secret, or give one another value: stages that start from then on are given that one",
    action: "secret.write",
    params: nameParams,
    body: putSecretSchema,
    answers: {
      200: { description: "Changed", schema: secretView },
      201: { description: "Made", schema: secretView },
    },
  }),
  remove: operation({
    method: "DELETE",
    path: "/secrets/{name}",
    summary: "Delete a secret; refused while a live pipeline names it",
    action: "secret.write",
    params: nameParams,
    answers: ended,
  }),
};
