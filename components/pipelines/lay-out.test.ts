import { expect, it } from "vitest";
import { boxSize, layOut, viewAround } from "@/components/pipelines/lay-out";
import { many } from "@/components/pipelines/many";

const chain = (count: number) => {
  const ids = Array.from({ length: count }, (_, n) => `s${n}`);
  return { ids, lines: ids.slice(1).map((to, n) => ({ from: `s${n}`, to })) };
};
const frame = { width: 500, height: 300 };

it("stands boxes in the order of their lines, few and many alike", () => {
  for (const count of [3, many + 1]) {
    const { ids, lines } = chain(count);
    const places = layOut(ids, lines, "LR");
    const starts = ids.map((id) => places.get(id)?.x ?? Number.NaN);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(new Set(starts).size).toBe(count);
    expect(new Set(ids.map((id) => places.get(id)?.y)).size).toBe(1);
  }
});

it("puts the view around a box, and not beyond the picture", () => {
  const { ids, lines } = chain(20);
  const places = layOut(ids, lines, "LR");
  const at = (id: string) => {
    const view = viewAround(places, id, frame, 0.5);
    const { x = 0, y = 0 } = places.get(id) ?? {};
    return { left: x * 0.5 + view.x, top: y * 0.5 + view.y };
  };
  const middle = { left: (frame.width - boxSize.width / 2) / 2, top: (frame.height - boxSize.height / 2) / 2 };
  expect(at("s0")).toEqual({ left: 16, top: middle.top });
  expect(at("s10")).toEqual(middle);
  expect(at("s19")).toEqual({ left: frame.width - 16 - boxSize.width / 2, top: middle.top });
});
