import type { Cluster } from "./cluster";

/** The first whose API server can end the input of a command in a pod. */
const oldest = [1, 30] as const;

export const wanted = [
  { group: "batch", resource: "jobs", verbs: ["create", "get", "list", "patch", "delete"] },
  { group: "", resource: "pods", verbs: ["get", "list", "watch", "delete"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
  { group: "", resource: "pods/exec", verbs: ["get", "create"] },
];

/** What the cluster or our account there lacks to run stages, in a sentence; null: nothing. */
export async function whatIsMissing({ version, rights, namespace }: Cluster): Promise<string | null> {
  const { major, minor } = await version.getCode();
  const [least, part] = oldest;
  if (Number(major) < least || (Number(major) === least && Number.parseInt(minor, 10) < part))
    return `The cluster is Kubernetes ${major}.${minor}. Update it to ${least}.${part} or newer.`;
  const asked = wanted.flatMap(({ group, resource, verbs }) => verbs.map((verb) => ({ group, resource, verb })));
  const answers = await Promise.all(
    asked.map(async ({ group, resource, verb }) => {
      const [name = "", subresource] = resource.split("/");
      const resourceAttributes = { namespace, group, verb, resource: name, ...(subresource ? { subresource } : {}) };
      const { status } = await rights.createSelfSubjectAccessReview({
        body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } },
      });
      return status?.allowed ? [] : [`${verb} ${resource}`];
    }),
  );
  const missing = answers.flat();
  if (missing.length === 0) return null;
  return `The worker's account may not ${missing.join(", ")} in the namespace ${namespace}. Give it the chart's role.`;
}
