import type { z } from "zod";

/** A field of a connection's form. What a form shows comes from these alone; it knows no engine. */
export interface ConfigField {
  name: string;
  label: string;
  type: "text" | "number" | "password" | "choice";
  choices?: readonly { value: string; label: string }[];
  /** What a new connection begins with. */
  initial?: string | number;
  /** May be left empty, and is null then. */
  optional?: boolean;
  placeholder?: string;
  description?: string;
}

/** What the server's own environment says of connections. */
export interface ServerSettings {
  /** Origins of BigQuery emulators that may be connected to. */
  emulators: string[];
}

type Settings = Record<string, unknown>;

/** What each engine's config.ts exports, as `form`: how it is connected to, said once for the API, the form and the lists. */
export interface EngineForm {
  label: string;
  /** The settings without secrets. */
  schema: z.ZodObject;
  /** In the order of the form, `user` and `password` of the account among them. */
  fields(server: ServerSettings): ConfigField[];
  /** The account that signs in. Without a user the secret says who it is. Null: nobody signs in, and it has a writer always. */
  account: { user: string | null; password: string } | null;
  /** Who a secret signs in as, for engines whose accounts have no other name. `problem` says what is wrong with it. */
  userOf?(secret: string, settings: Settings): { user: string } | { problem: string };
  /** A setting that this server does not allow. */
  refuse?(settings: Settings, server: ServerSettings): { field: string; message: string } | null;
  /** Settings whose change may send a stored secret somewhere new. */
  moving: string[];
  /** Whether it does: then every secret is asked for again. */
  moves(before: Settings, after: Settings): boolean;
  /** Where it is, in lists. */
  address(settings: Settings): string;
  /** Whether stages of ours write there: then the form offers a writer. */
  writes: boolean;
  /** Statements at once, where nobody says how many. */
  slots: number;
  /** How the owner of the data makes an account that only reads: a sentence before it, and SQL. */
  recipe: { title: string; about?: string; text(settings: Settings): string };
}
