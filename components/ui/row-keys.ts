"use client";

import { useHotkeys } from "@mantine/hooks";

/** j and k move through the page's rows (whatever has `data-row`) in their order; Enter opens, as a link does. */
export function useRowKeys(): void {
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
  ]);
}

function move(by: number): void {
  if (document.querySelector("[aria-modal=true]")) return;
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
