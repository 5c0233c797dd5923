import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type * as Engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

interface Bindings {
  SchemaEngine: {
    new: (options: Engine.ConstructorOptions, log: () => void, adapter: unknown) => Promise<Engine.SchemaEngine>;
  };
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/**
 * Prisma's own adapter cuts a script at every semicolon, also inside comments and function bodies. The whole script
 * in one simple query is parsed by PostgreSQL itself, and is one transaction: a migration happens or it does not.
 */
function wholeScripts(pool: pg.Pool, onError: (error: unknown) => void): PrismaPg {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => {
      await pool.query(script).catch((error: unknown) => {
        onError(error);
        throw error;
      });
    };
    return adapter;
  };
  return factory;
}

/** Once a process: the bindings know of one instance, and would free what another one holds. */
let loaded: Promise<Bindings> | undefined;

/** Prisma's schema engine as WebAssembly: the CLI would download a binary, which many networks do not reach. */
async function loadBindings(): Promise<Bindings> {
  const file = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bindings = (await import("@prisma/schema-engine-wasm/schema_engine_bg")) as unknown as Bindings;
  const bytes = await readFile(path.join(path.dirname(file), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes), {
    "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports,
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings;
}

/** The schema's files, as the engine wants them: name and text. */
async function datamodels(): Promise<[string, string][]> {
  const folder = path.resolve("prisma/schema");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".prisma")).sort();
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(path.join(folder, name), "utf8")]),
  );
}

async function openEngine(factory: PrismaPg): Promise<Engine.SchemaEngine> {
  loaded ??= loadBindings();
  const bindings = await loaded;
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  return bindings.SchemaEngine.new({ datamodels: await datamodels() }, () => {}, adapter);
}

/** Below where the program runs: the top of a checkout, or of the image. */
const migrationsFolder = () => path.resolve("prisma/migrations");

/** The migrations of this release, in their order. */
export async function knownMigrations(): Promise<string[]> {
  const entries = await readdir(migrationsFolder(), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Applies what is new in prisma/migrations, or of it these, and keeps `_prisma_migrations` as Prisma's own CLI does.
 * Returns the names.
 */
export async function applyMigrations(url: string, names?: string[]): Promise<string[]> {
  const baseDir = migrationsFolder();
  const wanted = names ?? (await knownMigrations());
  const migrationDirectories = await Promise.all(
    wanted.map(async (name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok" as const, value: await readFile(path.join(baseDir, name, "migration.sql"), "utf8") },
      },
    })),
  );
  const lockfile = {
    path: "migration_lock.toml",
    content: await readFile(path.join(baseDir, "migration_lock.toml"), "utf8"),
  };
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  let cause: unknown;
  try {
    const engine = await openEngine(wholeScripts(pool, (error) => (cause = error)));
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: { baseDir, lockfile, shadowDbInitScript: "", migrationDirectories },
      filters: { externalTables: [], externalEnums: [] },
    });
    return appliedMigrationNames;
  } catch (error) {
    throw cause ?? error;
  } finally {
    await pool.end();
  }
}
