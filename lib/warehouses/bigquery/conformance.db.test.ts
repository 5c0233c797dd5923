import { describe, it } from "vitest";
import { emulatorMissing } from "@/lib/testing/bigquery-emulator";
import { conformance } from "@/lib/warehouses/conformance";
import { subject } from "./subject";

const missing = await emulatorMissing();
if (missing) describe.skip(`bigquery conforms (left out: ${missing})`, () => it("needs the emulator", () => {}));
else conformance(subject);
