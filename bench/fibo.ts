import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Line, Measured, Sitting } from "./line";
import { msOf, publish, runOf, sharesInWords, sharesOf } from "./stages";
import { spread } from "./stats";

const run = promisify(execFile);

const codeOf = (n: number) =>
  `def fibo(n):\n    return n if n <= 1 else fibo(n - 1) + fibo(n - 2)\n\nprint(fibo(${n}))`;

/** Of an environment as `npm run python` makes it, but without packages: what PATH names may be a script that looks for one. */
async function pythonOf({ product }: Sitting): Promise<string> {
  const folder = path.join(product.home, "python");
  await run("python3", ["-m", "venv", "--without-pip", folder]);
  return path.join(folder, "bin", "python3");
}

/** The same program over the same code, by hand: what is the language's own. */
async function bare(python: string, count: number, n: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-bench-"));
  const env = { ...process.env, SLUICE_IN: folder, SLUICE_OUT: path.join(folder, "out") };
  await mkdir(env.SLUICE_OUT);
  const context = { params: { code: codeOf(n) }, inputs: {}, outputs: {}, interval: {}, run: {} };
  await writeFile(path.join(folder, "context.json"), JSON.stringify(context));
  try {
    const from = performance.now();
    for (let at = 0; at < count; at++) await run(python, [path.join("operators", "python", "main.py")], { env });
    return performance.now() - from;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  { sluice, quick }: Sitting,
  python: string,
  count: number,
  n: number,
  most: number,
): Promise<Measured> {
  const name = `bench_fibo_${n}`;
  await publish(sluice, name, Array(count).fill({ operator: "python@1", params: { code: codeOf(n) } }), true);
  await runOf(sluice, name);
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let at = 0; at < (quick ? 1 : 3); at++) {
    floor.push(await bare(python, count, n));
    const done = await runOf(sluice, name);
    const runtime = done.stages[0]?.attempts[0]?.runtime;
    if (runtime !== "process") throw new Error(`It ran on ${runtime}, not as processes.`);
    ours.push(msOf(done));
    console.error(`${count} x fibo(${n}): ${msOf(done)} ms; ${sharesInWords(sharesOf(done))}`);
  }
  const { p50 } = spread(ours);
  return {
    what: `${count} x fibo(${n}) in Python, one after the other`,
    unit: "ms",
    ours: p50,
    plain: spread(floor).p50,
    target: `< ${most}`,
    met: p50 < most,
  };
}

/** The workload by which workflow engines are compared: https://www.windmill.dev/docs/misc/benchmarks/competitors */
export const fibo: Line = {
  name: "fibo",
  async measure(sitting) {
    const python = await pythonOf(sitting);
    if (sitting.quick) return [await measure(sitting, python, 5, 10, 2_900)];
    return [await measure(sitting, python, 40, 10, 2_900), await measure(sitting, python, 10, 33, 8_000)];
  },
};
