import { describe, expect, it } from "vitest";
import type { StageSpec } from "../runtime";
import { jobOf, keptOf } from "./job";

const spec: StageSpec = {
  labels: { installation: "here", run: "run", stage: "count_", attempt: "attempt" },
  ...{ image: "registry.example/ours:1", command: ["sh", "-c", "echo $(HOME) $x"], program: null, packages: null },
  ...{ env: { PRICE: "$5" }, network: "none" },
  folders: { in: "/w/in", out: "/w/out", secrets: "/w/secrets", sockets: "/w/sockets" },
  limits: { cpu: 0.25, memoryBytes: 2 ** 27, pids: 10, seconds: 600 },
};
const settings = { user: { uid: 65_532, gid: 65_532 }, image: "sluice:1", pullSecrets: [], ca: false };

const job = jobOf("sluice-attempt", spec, settings);
const pod = job.spec?.template.spec;

describe("a stage's job", () => {
  it("is begun by hand, never tried again, and ended by the cluster should nobody watch any more", () => {
    expect(job.spec).toMatchObject({ suspend: true, backoffLimit: 0, completions: 1, parallelism: 1 });
    expect(job.spec?.activeDeadlineSeconds).toBeGreaterThan(spec.limits.seconds);
    expect(pod).toMatchObject({ restartPolicy: "Never", automountServiceAccountToken: false });
  });

  it("lets the node sign in to private registries by the namespace's secrets, and names none where there are none", () => {
    const asked = jobOf("sluice-attempt", spec, { ...settings, pullSecrets: ["ours", "theirs"] });
    expect(asked.spec?.template.spec?.imagePullSecrets).toEqual([{ name: "ours" }, { name: "theirs" }]);
    expect(pod).not.toHaveProperty("imagePullSecrets");
  });

  it("shuts in each of its containers, and gives the program what its limits say", () => {
    const all = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    expect(all.map(({ name }) => name)).toEqual(["take-in", "stage", "beside"]);
    for (const { securityContext } of all)
      expect(securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, privileged: false },
        capabilities: { drop: ["ALL"] },
      });
    expect(pod?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_532 });
    const size = { cpu: "250m", memory: String(2 ** 27) };
    expect(pod?.containers[0]?.resources).toEqual({ requests: size, limits: size });
  });

  it("hands over words and settings as they are, though a cluster fills in some", () => {
    expect(pod?.containers[0]?.command).toEqual(["sh", "-c", "echo $$(HOME) $$x"]);
    expect(pod?.containers[0]?.env).toContainEqual({ name: "PRICE", value: "$$5" });
  });

  it("tells a worker that comes back all it has to know, in labels that a cluster takes", () => {
    expect(keptOf(job)).toEqual({ labels: spec.labels, folders: spec.folders, seconds: 600, memoryBytes: 2 ** 27 });
    const values = Object.values(job.metadata?.labels ?? {});
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/);
  });
});
