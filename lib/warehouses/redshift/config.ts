import { z } from "zod";
import { postgresForm, tlsModes } from "@/lib/warehouses/postgres/config";

/** As PostgreSQL's, with Redshift's port and encryption on by default. */
export const configSchema = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5439),
  database: z.string().min(1).max(63),
  tls: z.enum(tlsModes).default("require"),
});

export const form = postgresForm("redshift", "Amazon Redshift", configSchema, 5439, "require");
