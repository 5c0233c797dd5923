import { conformance } from "@/lib/warehouses/conformance";
import { adapter as redshift } from "@/lib/warehouses/redshift";
import { postgresEngines } from "@/lib/warehouses/test-server";
import { adapter } from ".";
import { subject } from "./subject";

const engines = await postgresEngines();
for (const engine of engines) conformance(subject(engine, adapter));

// Redshift itself is not to be had on a machine: its dialect runs on PostgreSQL, whose protocol and grammar it took.
const [first] = engines;
if (first) conformance(subject(first, redshift));
