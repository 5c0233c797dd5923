import type { Api } from "./http";
import type { Product } from "./product";

/** What one sitting has: the same warehouse, the floor, and Sluice on one queue backend. */
export interface Sitting {
  backend: "postgres" | "redis";
  floor: Api;
  sluice: Api;
  product: Product;
  /** Superuser's URL of the warehouse, for psql and plain drivers. */
  warehouseUrl: string;
  /** The warehouse's name in Sluice. */
  warehouse: string;
  /** Of the table that is copied. */
  replicateRows: number;
  /** Fewer samples and smaller tables, to see that everything runs; its figures mean nothing. */
  quick: boolean;
}

export interface Measured {
  what: string;
  unit: "ms" | "kB" | "/s" | "MiB" | "errors" | "frames";
  ours: number;
  ours95?: number;
  floor?: number;
  floor95?: number;
  /** psql or a plain driver, where the target names one. */
  plain?: number;
  target: string;
  met: boolean | null;
}

export interface Line {
  name: string;
  measure(sitting: Sitting): Promise<Measured[]>;
}
