import path from "node:path";
import { defineConfig } from "vitest/config";

const excluded = ["**/node_modules/**", "**/dist/**", "**/.next/**", "e2e/**"];

export default defineConfig({
  resolve: { alias: { "@": path.resolve(import.meta.dirname) } },
  test: {
    // A zone 45 minutes off the hour, so that nothing passes by being UTC.
    env: {
      TZ: "Asia/Kathmandu",
      NODE_ENV: "test",
      LOG_LEVEL: "silent",
      SLUICE_HOME: path.resolve(import.meta.dirname, ".sluice-test/home"),
      DATABASE_URL: "postgres://nobody@127.0.0.1:1/call-testDatabase-first",
      // Where nothing answers: what names it goes no further.
      BIGQUERY_EMULATORS: "http://127.0.0.1:1",
      AUTH_SECRET: "the tests' own secret, which is long enough",
      SLUICE_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
    },
    // A busy machine may take a test's time away. What passed only at its second try is named at the end of `npm test`.
    retry: process.env.CI ? 1 : 0,
    // What is waited for comes within a moment; a busy machine's moment is long.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...excluded, "**/*.db.test.ts", "**/*.docker.test.ts", "**/*.helm.test.ts"],
          setupFiles: ["lib/testing/seed.ts"],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude: excluded,
          globalSetup: ["lib/testing/services.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        // Against a container engine: the machine's, or one of the tests' own.
        test: {
          name: "docker",
          include: ["**/*.docker.test.ts"],
          // Minutes, and images that are built: for `npm run test:docker`.
          exclude: process.env.DOCKER_SERIES === "full" ? excluded : [...excluded, "**/*.series.docker.test.ts"],
          globalSetup: ["lib/testing/container-engine.ts", "lib/testing/services.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        // The chart, by a Helm that is built once: for `npm run test:helm`.
        test: {
          name: "helm",
          include: ["**/*.helm.test.ts"],
          exclude: excluded,
          globalSetup: ["lib/testing/helm.ts"],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        // Against the built product, one after the other: each has processes of its own and kills them.
        test: {
          name: "processes",
          include: ["e2e/processes/**/*.test.ts"],
          fileParallelism: false,
          globalSetup: ["e2e/processes/build.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
