import path from "node:path";
import { defineConfig } from "@playwright/test";
import { admin, port } from "./installation";
import { systemBrowser } from "./system-browser.mjs";

const root = path.resolve(import.meta.dirname, "..");
const browser = systemBrowser();

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.e2e.ts",
  outputDir: "../.sluice-test/e2e-results",
  // For machines that do other things as well: what is well is over in seconds.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  workers: 1,
  // As in vitest.config.ts.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [["list"], ["json"]] : "list",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    trace: process.env.CI ? "on-first-retry" : "retain-on-failure",
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      // Chromium's sandbox does not work for root.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  webServer: {
    command: "node e2e/fresh-start.mjs",
    cwd: root,
    url: `http://127.0.0.1:${port}/api/v1/health`,
    timeout: 300_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
    stdout: "pipe",
    env: {
      HOST: "127.0.0.1",
      PORT: String(port),
      SLUICE_HOME: path.join(root, ".sluice-test/e2e"),
      SLUICE_ADMIN_EMAIL: admin.email,
      SLUICE_ADMIN_PASSWORD: admin.password,
      SLUICE_ADMIN_TOKEN: admin.token,
      LINK_PREVIEWS: "pictures",
      LOG_LEVEL: "warn",
    },
  },
});
