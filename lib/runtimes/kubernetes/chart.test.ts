import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { jobOf } from "./job";
import { wanted } from "./rights";

const chart = "deploy/helm/sluice";
const read = (file: string) => readFileSync(path.join(chart, file), "utf8");
/** A template without what Helm fills in: its own lines away, a word for each value. */
const plain = (file: string) =>
  parseAllDocuments(
    read(`templates/${file}`)
      .replace(/^\s*\{\{[^}]*\}\}\n/gm, "")
      .replace(/: \{\{-?[^}]*\|\s*nindent \d+ \}\}/g, ": {}")
      .replace(/\{\{[^}]*\}\}/g, "filled"),
  ).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });

const spec = {
  labels: { installation: "i", run: "r", stage: "a stage", attempt: "a" },
  ...{ image: "python:3", command: ["sh", "-c", "echo $(HOME) $$"], program: null, env: { A: "$(B)" } },
  packages: null,
  folders: { in: "/w/in", out: "/w/out", secrets: "/w/secrets", sockets: "/w/s" },
  network: "none" as const,
  limits: { cpu: 0.5, memoryBytes: 2 ** 28, pids: 100, seconds: 60 },
};
const settings = { user: { uid: 65_532, gid: 65_532 }, image: "sluice:1", pullSecrets: ["registry"], ca: false };
const job = jobOf("sluice-a", spec, settings);
const pod = job.spec?.template.spec;

describe("a stage's job", () => {
  it("runs once at most, and not for ever", () => {
    expect(job.spec).toMatchObject({ suspend: true, backoffLimit: 0, parallelism: 1, completions: 1 });
    expect(job.spec?.activeDeadlineSeconds).toBe(60 + 2 * 3_600);
    expect(pod?.restartPolicy).toBe("Never");
  });

  it("holds to the restricted level of pod security in each of its containers, without an account at the cluster", () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    for (const key of ["hostNetwork", "hostPID", "hostIPC"]) expect(pod).not.toHaveProperty(key);
    const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    expect(all.length).toBe(3);
    for (const { securityContext } of all)
      expect(securityContext).toMatchObject({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      });
    for (const volume of pod?.volumes ?? []) expect(Object.keys(volume)).toEqual(["name", "emptyDir"]);
  });

  it("gives words and settings as they are", () => {
    const stage = pod?.containers[0];
    // A cluster would fill in $(HOME).
    expect(stage?.command).toEqual(["sh", "-c", "echo $$(HOME) $$$$"]);
    expect(stage?.env).toContainEqual({ name: "A", value: "$$(B)" });
    expect(stage?.resources?.limits).toEqual({ cpu: "500m", memory: String(2 ** 28) });
    for (const value of Object.values(job.metadata?.labels ?? {})) expect(value).toMatch(/^[A-Za-z0-9_.-]{1,63}$/);
  });
});

describe("the chart", () => {
  it("is YAML where Helm fills nothing in", () => {
    const files = readdirSync(path.join(chart, "templates")).filter((file) => file.endsWith(".yaml"));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) for (const one of plain(file)) expect(one).toHaveProperty("kind");
  });

  it("gives the worker's account the rights that the runtime asks for, and no more", () => {
    const role = plain("stages-role.yaml").find(({ kind }) => kind === "Role");
    expect(role.rules).toEqual(
      wanted.map(({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs })),
    );
  });

  it("shuts in the pods that the runtime makes", () => {
    const [stages, egress] = plain("stages-network.yaml");
    const marks = job.spec?.template.metadata?.labels ?? {};
    expect(Object.keys(marks)).toContain(stages.spec.podSelector.matchExpressions[0].key);
    expect(stages.spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(stages.spec.egress.length).toBe(1);
    const open = jobOf("sluice-b", { ...spec, network: "egress" }, settings).spec?.template.metadata?.labels;
    expect(open).toMatchObject(egress.spec.podSelector.matchLabels);
    expect(marks).not.toMatchObject(egress.spec.podSelector.matchLabels);
  });

  it("sets nothing that Sluice does not read", () => {
    const known = new Set(
      readFileSync("lib/platform/env.ts", "utf8")
        .match(/^ {2}[A-Z][A-Z0-9_]+(?=:)/gm)
        ?.map((name) => name.trim()),
    );
    const set = ["_names.tpl", "web.yaml", "worker.yaml", "migrate.yaml"].flatMap((file) =>
      [...read(`templates/${file}`).matchAll(/- (?:\{ )?name: ([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name),
    );
    expect(set.length).toBeGreaterThan(8);
    // That of next-auth is its own.
    expect(set.filter((name) => name !== "NEXTAUTH_URL" && !known.has(name as string))).toEqual([]);
  });
});
