import type { OpenTable, Tables } from "@/lib/warehouses/adapter";

type Given = Pick<OpenTable, "files" | "columns"> & { fileColumn?: string };

/** Files that a write works with, by names of its own: `given.<name>`. */
export function givenTables(given: Record<string, Given>): Tables {
  return {
    list: async () => [],
    open: async (names) => ({
      tables: names.map(({ schema, name }) => {
        const one = schema === "given" ? given[name] : undefined;
        if (!one) return `There is no ${schema}.${name}.`;
        return { ...{ schema, name, native: true, named: true, engine: "duckdb", execution: null }, ...one };
      }),
      release: () => undefined,
    }),
  };
}
