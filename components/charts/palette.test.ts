import { DEFAULT_THEME } from "@mantine/core";
import { describe, expect, it } from "vitest";
import { cssVariables } from "@/components/layout/theme";
import { colourOf, colours } from "./palette";

type Three = [number, number, number];

/** What is left of linear RGB to eyes without one kind of cone (Machado, Oliveira and Fernandes, 2009). */
const eyes: Record<string, [Three, Three, Three]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no red": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no blue": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: [Three, Three, Three], [r, g, b]: Three) =>
  matrix.map(([x, y, z]) => x * r + y * g + z * b) as Three;

function linear(hex: string): Three {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Three;
}

/** OKLab, in which equal distances look equally far (Ottosson, 2020). */
function lab(rgb: Three): Three {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((value) => Math.min(1, Math.max(0, value))) as Three,
  ).map(Math.cbrt) as Three;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

const light = ([r, g, b]: Three) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [one, other] = [light(linear(a)), light(linear(b))];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function distance(a: string, b: string): number {
  return Math.min(
    ...Object.values(eyes).map((eye) => {
      const [one, other] = [lab(times(eye, linear(a))), lab(times(eye, linear(b)))];
      return Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));
    }),
  );
}

const variables = cssVariables(DEFAULT_THEME as Parameters<typeof cssVariables>[0]);
const themes = [
  { name: "light", ground: "#ffffff", of: variables.light },
  { name: "dark", ground: "#191d22", of: variables.dark },
];

describe.each(themes)("the colours of charts, $name", ({ ground, of }) => {
  const palette = Array.from({ length: colours }, (_, i) => of[`--sl-chart-${i + 1}`] ?? "");
  const rest = of["--sl-chart-rest"] ?? "";

  it("stand out from the page", () => {
    for (const colour of [...palette, rest]) expect(contrast(colour, ground), colour).toBeGreaterThan(3);
  });

  it("are told apart by everyone, the first six at a glance", () => {
    for (const [i, a] of palette.entries())
      for (const b of [...palette.slice(0, i), rest])
        expect(distance(a, b), `${a} ${b}`).toBeGreaterThan(i < 6 && b !== rest ? 0.08 : 0.05);
  });
});

it("gives what is together or missing the grey", () => {
  expect(colourOf(3, { at: null, other: true })).toBe("var(--sl-chart-rest)");
  expect(colourOf(3, { at: null })).toBe("var(--sl-chart-rest)");
  expect(colourOf(11, { at: "x" })).toBe("var(--sl-chart-2)");
});
