import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { parseAllDocuments } from "yaml";

/** By Helm itself, and by the types that Kubernetes has: `npm run test:helm`. */

const { helm, validate } = inject("helm");
const chart = "deploy/helm/sluice";
const home = mkdtempSync(path.join(tmpdir(), "sluice-chart-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const least = ["--set", "store.url=s3://bucket/prefix"];
const every = ["--values", "deploy/helm/every-value.yaml"];
/** The oldest that the chart takes, one between, and the newest whose types we have. */
const versions = ["1.30", "1.34", "1.37"];

interface Rendered {
  kind: string;
  metadata: { name: string; namespace?: string };
  // As the kind has it.
  spec: never;
}

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  return { status, said: `${stdout}\n${stderr}`, stdout };
}

function rendered(...values: string[]): { text: string; all: Rendered[] } {
  const { status, stdout, said } = run(
    helm,
    ...["template", "sluice", chart, "--namespace", "data", "--kube-version", "1.34.0"],
    ...values,
  );
  expect(status, said).toBe(0);
  const all = parseAllDocuments(stdout).map((document) => document.toJS() as Rendered | null);
  return { text: stdout, all: all.filter((one) => one !== null) };
}

const refusal = (...values: string[]) => {
  // Of a flag that is given twice the last counts.
  const { status, said } = run(helm, "template", "sluice", chart, "--kube-version", "1.34.0", ...values);
  expect(status).not.toBe(0);
  return said;
};

describe("the chart, by Helm", () => {
  it.each([
    ["the least that can be set", least],
    ["every value set", every],
  ])("is found well by its linter, and is what Kubernetes takes, with %s", (_, values) => {
    const { status, said } = run(helm, "lint", "--strict", chart, ...values);
    expect(status, said).toBe(0);
    const file = path.join(home, "chart.yaml");
    writeFileSync(file, rendered(...values).text);
    const checked = run(validate, "--strict", ...versions.flatMap((version) => ["-k", version]), file);
    expect(checked.status, checked.said).toBe(0);
    // That it was looked at: one that is none is found.
    writeFileSync(file, rendered(...values).text.replace("replicas:", "replica:"));
    expect(run(validate, "--strict", "-k", "1.34", file).said).toMatch(/replica/);
  });

  it("makes what it says, and nothing besides, with the least and with every value", () => {
    const kinds = (...values: string[]) =>
      rendered(...values)
        .all.map(
          ({ kind, metadata }) => `${kind} ${metadata.name}${metadata.namespace ? ` in ${metadata.namespace}` : ""}`,
        )
        .sort();
    const always = [
      ...["Deployment sluice-web", "Deployment sluice-worker", "Job sluice-migrate", "Service sluice"],
      ...["PodDisruptionBudget sluice-web", "PodDisruptionBudget sluice-worker", "ServiceAccount sluice-worker"],
    ];
    const policies = ["NetworkPolicy sluice-stages in data", "NetworkPolicy sluice-stages-egress in data"];
    const rights = (namespace: string) =>
      ["Role", "RoleBinding"].map((kind) => `${kind} sluice-stages in ${namespace}`);
    expect(kinds(...least)).toEqual([...always, ...policies, "NetworkPolicy sluice-worker", ...rights("data")].sort());
    expect(kinds(...every)).toEqual(
      [...always, ...rights("data-stages"), "Namespace data-stages", "Ingress sluice"].sort(),
    );
  });

  it("puts settings into the pods as they were written", () => {
    const worker = rendered(...every).all.find(
      ({ kind, metadata }) => `${kind} ${metadata.name}` === "Deployment sluice-worker",
    );
    const { containers, imagePullSecrets } =
      (worker?.spec as { template: { spec: Pod } } | undefined)?.template.spec ?? {};
    const env = Object.fromEntries((containers?.[0]?.env ?? []).map(({ name, value }) => [name, value]));
    expect(env).toMatchObject({
      ...{ DATABASE_POOL: "20", LOG_LEVEL: "debug", RESULTS_MAX_BYTES: "50000000000", ANOTHER_SWITCH: "true" },
      ...{ STAGE_RUNTIME: "kubernetes", KUBERNETES_NAMESPACE: "data-stages", DRAIN_SECONDS: "120" },
      ...{ KUBERNETES_PULL_SECRETS: "registry,other-registry", STORE_URL: "file:///store" },
      KUBERNETES_IMAGE: "registry.example.com:5000/data/sluice:1.2.3",
    });
    expect(containers?.[0]?.env).toContainEqual({
      name: "RELAY_HOST",
      valueFrom: { fieldRef: { fieldPath: "status.podIP" } },
    });
    expect(imagePullSecrets).toEqual([{ name: "registry" }]);
  });

  it("is refused, in words, with values that cannot be", () => {
    expect(refusal()).toMatch(/Set store\.url/);
    expect(refusal("--set", "store.url=file:///store")).toMatch(/name in store\.claim/);
    expect(refusal(...least, "--set", "worker.replica=3")).toMatch(/replica/);
    expect(refusal(...least, "--set", "stages.runtime=docker")).toMatch(/runtime/);
    // A tag that is a number would be written as 2.0261123e+07.
    expect(refusal(...least, "--set", "image.tag=20261123")).toMatch(/tag/);
    expect(refusal(...least, "--kube-version", "1.29.0")).toMatch(/1\.30/);
  });
});

interface Pod {
  containers: { env: { name: string; value?: string }[] }[];
  imagePullSecrets?: { name: string }[];
}
