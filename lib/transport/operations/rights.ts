import { rightRequest, rightView } from "@/lib/access/schema";
import { operation } from "../operation";
import { listOf, none } from "./fields";

export const rights = {
  list: operation({
    method: "GET",
    path: "/rights",
    summary: "Who may download results, run any container image, and make links that open to whoever has them",
    action: "right.manage",
    query: none,
    answers: { 200: { description: "Roles first, then teams and people", schema: listOf(rightView) } },
  }),
  allow: operation({
    method: "PUT",
    path: "/rights",
    summary: "Allow it to a role, a team or a person, or take it back",
    action: "right.manage",
    body: rightRequest,
    answers: { 200: { description: "All that is allowed", schema: listOf(rightView) } },
  }),
};
