import { z } from "zod";
import type { ConfigField, EngineForm } from "@/lib/warehouses/form";
import { readerSql } from "./hardening";

export const tlsModes = ["disable", "prefer", "require", "verify-full"] as const;
type TlsMode = (typeof tlsModes)[number];

/** A connection's settings without its secrets. */
export const configSchema = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63),
  tls: z.enum(tlsModes).default("prefer"),
});

export type PostgresConfig = z.infer<typeof configSchema>;

const tlsWords: Record<TlsMode, string> = {
  disable: "Never (disable)",
  prefer: "Where the server can, else plain text (prefer)",
  require: "Always (require)",
  "verify-full": "Always, and check the server's name (verify-full)",
};

const tlsField = (initial: TlsMode): ConfigField => ({
  name: "tls",
  label: "Encryption",
  type: "choice",
  choices: tlsModes.map((value) => ({ value, label: tlsWords[value] })),
  initial,
});

interface Destination {
  host?: string;
  port?: number;
  tls?: TlsMode;
}

/** What engines of PostgreSQL's protocol have in common; they differ in their usual port and encryption. */
export function postgresForm(
  engine: string,
  label: string,
  schema: z.ZodObject,
  port: number,
  tls: TlsMode,
): EngineForm {
  return {
    label,
    schema,
    fields: () => [
      { name: "host", label: "Host", type: "text", placeholder: "warehouse.example.com" },
      { name: "port", label: "Port", type: "number", placeholder: String(port), initial: port },
      { name: "database", label: "Database", type: "text", placeholder: "analytics" },
      { name: "user", label: "User", type: "text", description: "A role that can only read." },
      { name: "password", label: "Password", type: "password" },
      tlsField(tls),
    ],
    account: { user: "User", password: "Password" },
    moving: ["host", "port", "tls"],
    // Another server would learn a password; under weaker encryption so would whoever listens.
    moves(before: Destination, after: Destination) {
      const strength = (mode: TlsMode = "prefer") => tlsModes.indexOf(mode);
      return before.host !== after.host || before.port !== after.port || strength(after.tls) < strength(before.tls);
    },
    address: ({ host, port: at, database }) => `${String(host)}:${String(at)}/${String(database)}`,
    writes: true,
    slots: 8,
    recipe: {
      title: "SQL that makes a role which only reads",
      text: ({ database }) => readerSql(engine, String(database ?? "analytics")),
    },
  };
}

export const form = postgresForm("postgres", "PostgreSQL", configSchema, 5432, "prefer");
