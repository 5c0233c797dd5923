import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Programs: Helm, and kubernetes-validate with Kubernetes' own schemas. */
    helm: { helm: string; validate: string };
  }
}

// The versions that deploy/helm/README.md names.
const helmVersion = "v3.22.0";
const validateVersion = "1.37.0";

function must(command: string, args: string[], env: Record<string, string> = {}): void {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `it ended with ${status}`}`);
}

/** Both are made once: Helm is built from its source, for which Go is wanted, in minutes. */
export default function start(project: TestProject): void {
  const home = path.resolve(".sluice-test", "helm");
  const bin = path.join(home, helmVersion);
  const helm = path.join(bin, "helm");
  mkdirSync(bin, { recursive: true });
  if (!existsSync(helm)) must("go", ["install", `helm.sh/helm/v3/cmd/helm@${helmVersion}`], { GOBIN: bin });
  const python = path.join(home, `kubernetes-validate-${validateVersion}`);
  const validate = path.join(python, "bin", "kubernetes-validate");
  if (!existsSync(validate)) {
    rmSync(python, { recursive: true, force: true });
    must("python3", ["-m", "venv", python]);
    must(path.join(python, "bin", "pip"), ["install", "--quiet", `kubernetes-validate==${validateVersion}`]);
  }
  project.provide("helm", { helm, validate });
}
