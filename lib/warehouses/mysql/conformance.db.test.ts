import { describe, it } from "vitest";
import { mariadbMissing } from "@/lib/testing/mariadb";
import { conformance } from "@/lib/warehouses/conformance";
import { subject } from "./subject";

if (mariadbMissing)
  describe.skip(`mysql conforms (left out: ${mariadbMissing})`, () => it("needs the server", () => {}));
else conformance(subject);
