"use client";

import { useEffect } from "react";

/** Where the focus was: each element from the focused one upwards, with what stood beside it. */
type Spot = { element: Element; next: Element | null; before: Element | null }[];

const tabbable =
  "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex]:not([tabindex^='-'])";
/** Beyond these, what is near on the page is not near in meaning. */
const bounds = "main, [role=dialog], [data-portal], body";
const remembered = 8;

/**
 * Whoever works by keyboard keeps their place when what they stood on goes away: a deleted row, a form that turns into its
 * answer, a menu that opened a dialog. The focus goes to the row after it, else the one before, else to what is
 * nearest around, else to where it was before that. The browser alone would begin at the page's top again.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let spots: Spot[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const focused = ({ target }: FocusEvent) => {
      if (target instanceof Element) spots = [spotOf(target), ...spots].slice(0, remembered);
    };
    // Who clicks beside everything wants the focus nowhere.
    const pointed = ({ target }: PointerEvent) => {
      if (target instanceof Element && !target.closest(tabbable)) spots = [];
    };
    const look = () => {
      if (!isLost() || spots[0]?.[0]?.element.isConnected !== false) return;
      clearTimeout(timer);
      // Dialogs and pages that place the focus themselves come first.
      timer = setTimeout(() => {
        if (isLost()) placeNear(spots)?.focus({ preventScroll: true });
      }, 30);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("focusin", focused);
    document.addEventListener("pointerdown", pointed, true);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("focusin", focused);
      document.removeEventListener("pointerdown", pointed, true);
    };
  }, []);
}

const isLost = () => !document.activeElement || document.activeElement === document.body;

function spotOf(target: Element): Spot {
  const spot: Spot = [];
  for (let at: Element | null = target; at && at !== document.body; at = at.parentElement)
    spot.push({ element: at, next: at.nextElementSibling, before: at.previousElementSibling });
  return spot;
}

function placeNear(spots: Spot[]): HTMLElement | null {
  for (const spot of spots) {
    const found = near(spot);
    if (found) return found;
  }
  return document.querySelector("main");
}

function near(spot: Spot): HTMLElement | null {
  if (spot[0]?.element.isConnected) return isUsable(spot[0].element) ? (spot[0].element as HTMLElement) : null;
  const up = spot.findIndex(({ element }) => element.isConnected);
  const gone = spot[up - 1];
  if (up === -1 || !gone || gone.element.matches(bounds) || gone.element.querySelector("[role=dialog]")) return null;
  for (const beside of [gone.next, gone.before]) {
    const found = beside?.isConnected ? firstIn(beside) : null;
    if (found) return found;
  }
  for (const { element } of spot.slice(up)) {
    if (element.matches("main")) return element as HTMLElement;
    const found = firstIn(element);
    if (found) return found;
    if (element.matches(bounds)) return null;
  }
  return null;
}

function firstIn(place: Element): HTMLElement | null {
  const all = [place, ...place.querySelectorAll(tabbable)].filter((each) => each.matches(tabbable));
  return (all.find(isUsable) as HTMLElement | undefined) ?? null;
}

const isUsable = (element: Element) => !element.matches(":disabled") && element.checkVisibility();
