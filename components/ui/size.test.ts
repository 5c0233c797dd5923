import { expect, it } from "vitest";
import { size } from "@/components/ui/size";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1_228_800, "1.2 MB"],
  [48_000_000_000, "48 GB"],
  [999_600, "1.0 MB"],
  [5e18, "5000 PB"],
])("says %i bytes as %s", (bytes, words) => expect(size(bytes)).toBe(words));
