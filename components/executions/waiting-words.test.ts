import { describe, expect, it } from "vitest";
import { ordinal, waitingWords } from "@/components/executions/waiting-words";

it.each([
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [4, "4th"],
  [11, "11th"],
  [22, "22nd"],
  [113, "113th"],
])("%i is %s", (n, word) => expect(ordinal(n)).toBe(word));

describe("waitingWords", () => {
  it("gives place, time and reason", () =>
    expect(
      waitingWords(
        {
          ...{ position: 2, reason: "all 8 slots are busy", heldBy: "slots", estimateSeconds: 8 },
          ...{ estimateBasis: null, until: null, limit: null },
        },
        "demo",
      ),
    ).toBe("2nd in line for demo, about 8 s · all 8 slots are busy"));
  it("leaves out what is not known", () => expect(waitingWords(null, "demo")).toBe("Waiting for demo."));
});
