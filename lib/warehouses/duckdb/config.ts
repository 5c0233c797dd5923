import { z } from "zod";
import type { EngineForm } from "@/lib/warehouses/form";

/** Its tables are Parquet files in Sluice's own store: there is no place to name, and nobody to sign in as. */
export const configSchema = z.strictObject({});

export const form: EngineForm = {
  label: "Lake: DuckDB over Parquet in Sluice’s store",
  schema: configSchema,
  fields: () => [],
  account: null,
  writes: true,
  // Each takes processors of the worker's own machine.
  slots: 2,
  userOf: () => ({ user: "lake" }),
  moving: [],
  moves: () => false,
  address: () => "Sluice’s store",
  recipe: {
    title: "What a lake is",
    about:
      "Pipelines make its tables (“Keep a query as a table”, “Write a table”), as Parquet files in the store of this " +
      "installation. Everybody who may use this warehouse reads all of them:",
    text: () => "select * from mart.daily_scores limit 100;",
  },
};
