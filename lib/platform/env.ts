import { z } from "zod";
import { trustedProxies } from "./proxies";
import { isGuessable, isKeyList } from "./secrets";

const namesIn = (text: string) =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
const listOf = (text: string) => namesIn(text.toLowerCase());

/** `group: Team` pairs; a group may stand more than once. */
function pairsOf(text: string, ctx: z.RefinementCtx): { group: string; team: string }[] {
  return text
    .split(",")
    .filter((pair) => pair.trim())
    .map((pair) => {
      // A group may be an address with colons of its own.
      const colon = pair.lastIndexOf(":");
      const [group, team] = colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
      if (!group.trim() || !team.trim())
        ctx.addIssue({ code: "custom", message: "Write `group: Team`, with commas between the pairs." });
      return { group: group.trim(), team: team.trim() };
    });
}

const keysAre = "SLUICE_KEYS must be name:base64 of 32 random bytes, each by another name, separated by commas.";

/**
 * Every setting Sluice reads from the environment, parsed once. Nothing else reads process.env.
 * `npm start` fills in what the embedded default needs (database, secret) before a process starts.
 */
const schema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  SLUICE_HOME: z.string().default(".sluice"),
  SLUICE_URL: z.url().optional(),
  DATABASE_URL: z.string("Set DATABASE_URL, or use `npm start`, which brings its own PostgreSQL."),
  /** A second role, allowed to change the schema; only the migrator uses it. */
  MIGRATION_DATABASE_URL: z.string().optional(),
  REDIS_URL: z.string().optional(),
  STORE_URL: z.string().optional(),
  S3_ENDPOINT: z.url().optional(),
  /** Signs session cookies. At least 32 characters. */
  AUTH_SECRET: z
    .string("Set AUTH_SECRET to at least 32 random characters, say by `openssl rand -base64 32`.")
    .min(32, "AUTH_SECRET must have at least 32 characters."),
  /** Encryption keys, newest first: `name:base64 of 32 bytes`, comma-separated. */
  SLUICE_KEYS: z.string(keysAre).refine(isKeyList, keysAre),
  SLUICE_ADMIN_EMAIL: z.email().optional(),
  SLUICE_ADMIN_PASSWORD: z.string().min(10).optional(),
  /** Made by `npm start`, for the first admin when no password is chosen. */
  SLUICE_FIRST_PASSWORD: z.string().min(10).optional(),
  SLUICE_ADMIN_TOKEN: z.string().min(20).optional(),
  SLUICE_DEMO_URL: z.string().optional(),
  /** Domains whose people may sign on by themselves the first time: `example.com, example.org`. */
  SIGN_IN_DOMAINS: z.string().default("").transform(listOf),
  /** Teams by the provider's groups: `data-eng: Data, analysts: Data`. */
  SIGN_IN_TEAMS: z.string().default("").transform(pairsOf),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GITHUB_CLIENT_ID: z.string().optional(),
  GITHUB_CLIENT_SECRET: z.string().optional(),
  /** Another than github.com: GitHub Enterprise's own address. */
  GITHUB_URL: z.url().default("https://github.com"),
  /** Any provider that speaks OpenID Connect, by its issuer's address. */
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().default("single sign-on"),
  /** The claim that lists a person's groups. */
  OIDC_GROUPS_CLAIM: z.string().default("groups"),
  /** `/projects/…/global/backendServices/…` of the Identity-Aware Proxy in front. */
  IAP_AUDIENCE: z.string().optional(),
  IAP_KEYS_URL: z.url().default("https://www.gstatic.com/iap/verify/public_key-jwk"),
  /** `smtps://user:password@mail.example.com`: without it nothing is mailed. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "Write smtp:// or smtps:// and the server's address." }).optional(),
  MAIL_FROM: z.string().optional(),
  /** Hosts of one's own network that webhooks may go to: `hooks.internal, 10.1.2.3:8080`. All others must be public. */
  WEBHOOK_PRIVATE_HOSTS: z
    .string()
    .default("")
    .transform((text) => listOf(text.toLowerCase())),
  /** Hosts of one's own network that stages may fetch files and pages from, written alike. All others must be public. */
  STAGE_PRIVATE_HOSTS: z.string().default("").transform(listOf),
  /** Origins of BigQuery emulators that warehouses may name, for trials and tests: `http://127.0.0.1:9050`. */
  BIGQUERY_EMULATORS: z.string().default("").transform(listOf),
  /**
   * What a link shows of itself where it is pasted, to whoever has it: nothing, its title, owner and age, or its chart
   * or number as well.
   */
  LINK_PREVIEWS: z.enum(["off", "titles", "pictures"]).default("off"),
  /** The most that one uploaded file may have. */
  UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(4 * 1024 ** 3),
  /** What one person's uploaded files may take together, as they are kept. */
  UPLOAD_PERSON_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(10 * 1024 ** 3),
  /** What stored results may take together; the oldest go first. Without it only their days count. */
  RESULTS_MAX_BYTES: z.coerce.number().int().min(1).optional(),
  /** Days that what stages publish is kept after the last run that has it has ended. */
  ARTIFACTS_DAYS: z.coerce.number().int().min(1).max(36_500).default(30),
  /** What all of it may take together; the oldest goes first. */
  ARTIFACTS_MAX_BYTES: z.coerce.number().int().min(1).optional(),
  /** What packages that stages have asked for may take on one machine; the longest unused go first. */
  REQUIREMENTS_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(10 * 1024 ** 3),
  /** Where such packages come from, as pip takes it; without it, from PyPI or as the machine's pip is set up. */
  PIP_INDEX_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Days that the log of an attempt is kept after its end. */
  RUN_LOGS_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  /** Folders with operators of one's own beside ours: `/etc/sluice/operators`. */
  SLUICE_OPERATORS: z.string().default("").transform(namesIn),
  /** Images that are operators: each has its manifest in the label `io.sluice.operator`. */
  SLUICE_OPERATOR_IMAGES: z.string().default("").transform(namesIn),
  DATABASE_POOL: z.coerce.number().int().min(1).default(5),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).default(16),
  /** How many stages of pipelines one worker runs at once; 0: none. */
  STAGES_AT_ONCE: z.coerce.number().int().min(0).max(1_000).default(4),
  /** How long a process that is told to stop lets its work go on. */
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(3_600).default(5),
  /** A file that a worker touches each second while it lives, for a health check to look at. */
  HEALTH_FILE: z.string().optional(),
  /** Proxies whose X-Forwarded-For is believed: addresses, networks, or `private`. */
  TRUSTED_PROXIES: z
    .string()
    .default("")
    .transform((text, ctx) => {
      try {
        return trustedProxies(text);
      } catch (error) {
        ctx.addIssue({ code: "custom", message: (error as Error).message });
        return z.NEVER;
      }
    }),
  /** Lets Prometheus read /api/metrics, and nothing else. */
  METRICS_TOKEN: z.string().min(16, "METRICS_TOKEN must have at least 16 characters.").optional(),
  /** How many statements the assistants of one token may run in an hour. */
  MCP_STATEMENTS_PER_HOUR: z.coerce.number().int().min(0).default(200),
  /** OpenTelemetry's own, which its SDK reads too: with an exporter or an endpoint there are traces. */
  OTEL_SDK_DISABLED: z.string().default("false"),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().default(""),
  /** What runs stages: containers where people's code has to, processes else (`auto`), or one of them for all. */
  STAGE_RUNTIME: z.enum(["auto", "docker", "kubernetes", "process"]).default("auto"),
  /** Sluice's own image as a cluster finds it: with it `auto` runs containers there, and it stands beside each stage. */
  KUBERNETES_IMAGE: z.string().optional(),
  /** Where stages run; without it the worker's own namespace, or the one that KUBECONFIG says. */
  KUBERNETES_NAMESPACE: z.string().optional(),
  /** Secrets of that namespace with accounts of private registries. */
  KUBERNETES_PULL_SECRETS: z
    .string()
    .default("")
    .transform((text) => text.split(",").flatMap((name) => (name.trim() ? [name.trim()] : []))),
  /** Where stages that run elsewhere find this worker's relays: an address of its own, as its pod's. */
  RELAY_HOST: z.string().optional(),
  /** The network of stages that may reach others; without it one that Sluice makes, where they do not reach each other. */
  DOCKER_NETWORK: z.string().optional(),
  /** A file as `docker login` writes it, for images of private registries. */
  DOCKER_ACCOUNTS: z.string().optional(),
  /** Where the engine finds folders of the worker that have another path there: `/data=/srv/sluice`. */
  DOCKER_PATHS: z
    .string()
    .default("")
    .transform((text, ctx) =>
      text
        .split(",")
        .filter((pair) => pair.trim())
        .map((pair) => {
          const [from = "", to = ""] = pair.trim().split("=");
          if (!from.startsWith("/") || !to.startsWith("/"))
            ctx.addIssue({
              code: "custom",
              message: "Write `/here=/there`, both absolute, with commas between pairs.",
            });
          return { from, to };
        }),
    ),
  /** Certificate authorities of a company's own, in PEM: containers of stages trust them beside the public ones. */
  COMPANY_CA: z.string().optional(),
  /** Where the `process` runtime looks for commands. */
  PATH: z.string().default("/usr/local/bin:/usr/bin:/bin"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});

/** What only works together. */
const together: [keyof z.infer<typeof schema>, ...(keyof z.infer<typeof schema>)[]][] = [
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
  ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
  ["SMTP_URL", "MAIL_FROM"],
];

/** Production takes no secret that was copied from an example. */
const checked = schema.superRefine((settings, ctx) => {
  for (const names of together) {
    const missing = names.filter((name) => settings[name] === undefined);
    if (missing.length === 0 || missing.length === names.length) continue;
    const message = `Set ${names.join(", ")} together, or none of them.`;
    for (const name of missing) ctx.addIssue({ code: "custom", path: [name], message });
  }
  if (settings.NODE_ENV !== "production") return;
  for (const name of ["AUTH_SECRET", "SLUICE_KEYS"] as const) {
    if (!isGuessable(settings[name])) continue;
    const message = "This looks like an example. Make one of your own, say by `openssl rand -base64 32`.";
    ctx.addIssue({ code: "custom", path: [name], message });
  }
});

export type Env = z.infer<typeof schema>;

let parsed: Env | undefined;

/** @throws Error naming each bad setting and what it should be. */
export function env(): Env {
  if (parsed) return parsed;
  // Compose hands on what nobody set as an empty text.
  const set = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const answer = checked.safeParse(set);
  if (!answer.success) {
    const lines = answer.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`Sluice cannot start with these settings:\n${lines.join("\n")}`);
  }
  parsed = answer.data;
  return parsed;
}

/** The same, for a program's first line: settings that are wrong end it with the sentence that says which. */
export function envOrEnd(): Env {
  try {
    return env();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
