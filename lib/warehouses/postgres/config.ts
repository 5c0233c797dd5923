import { z } from "zod";

export const tlsModes = ["disable", "prefer", "require", "verify-full"] as const;

/** A connection's settings without its secrets. */
export const configSchema = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(63),
  tls: z.enum(tlsModes).default("prefer"),
});

export type PostgresConfig = z.infer<typeof configSchema>;

export interface ConfigField {
  name: string;
  label: string;
  type: "text" | "number" | "password" | "choice";
  choices?: readonly { value: string; label: string }[];
  /** May be left empty. */
  optional?: boolean;
  placeholder?: string;
  description?: string;
}

const tlsWords: Record<(typeof tlsModes)[number], string> = {
  disable: "Never (disable)",
  prefer: "Where the server can, else plain text (prefer)",
  require: "Always (require)",
  "verify-full": "Always, and check the server's name (verify-full)",
};

/** In the order of the form. User and password belong to the reader, not to config. */
export const fields: ConfigField[] = [
  { name: "host", label: "Host", type: "text", placeholder: "warehouse.example.com" },
  { name: "port", label: "Port", type: "number", placeholder: "5432" },
  { name: "database", label: "Database", type: "text", placeholder: "analytics" },
  { name: "user", label: "User", type: "text", description: "A role that can only read." },
  { name: "password", label: "Password", type: "password" },
  {
    name: "tls",
    label: "Encryption",
    type: "choice",
    choices: tlsModes.map((value) => ({ value, label: tlsWords[value] })),
  },
];
