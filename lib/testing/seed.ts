import fc from "fast-check";

/**
 * Properties are tried with the same values each time, so that a change is not refused for what it did not touch.
 * `npm run test:properties` looks for new ones; what it prints of a failure is tried again by `PROPERTY_SEED=<seed>`.
 */
const { PROPERTY_SEED = "20261122" } = process.env;
if (PROPERTY_SEED !== "random") fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
