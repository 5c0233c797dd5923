import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ROW_HEIGHT, scrollMap } from "./scroll-map";

export interface GridScroll {
  ref: RefObject<HTMLDivElement | null>;
  /** Distance of the first visible pixel from the first row's top, px of the true height. */
  top: number;
  left: number;
  width: number;
  /** Height that rows have, without the header. */
  viewport: number;
  height: number;
  /** The scrollbar is being dragged over many rows. */
  jumping: boolean;
  moveTo(top: number, left?: number): void;
  onScroll(): void;
}

/** Keeps the true position where the browser's own is too coarse: above the height cap wheels and fingers move by true pixels. */
export function useGridScroll(rowCount: number, header: number): GridScroll {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [position, setPosition] = useState({ top: 0, left: 0 });
  const [jumping, setJumping] = useState(false);
  const state = useRef({ top: 0, expected: 0, touching: false, timer: 0 });
  const viewport = Math.max(0, size.height - header);
  const map = useMemo(() => scrollMap(rowCount, viewport, header), [rowCount, viewport, header]);

  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Never more than a window's worth of rows, even where a page gives the grid no height of its own.
    const measure = () =>
      setSize({ width: element.clientWidth, height: Math.min(element.clientHeight, window.innerHeight) });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const moveTo = useCallback(
    (target: number, left?: number) => {
      const element = ref.current;
      if (!element) return;
      const top = Math.min(map.maxTop, Math.max(0, target));
      state.current.top = top;
      element.scrollTop = map.toScrollTop(top);
      if (left !== undefined) element.scrollLeft = left;
      state.current.expected = element.scrollTop;
      setPosition({ top, left: element.scrollLeft });
    },
    [map],
  );

  const onScroll = useCallback(() => {
    const element = ref.current;
    if (!element) return;
    const now = state.current;
    const delta = element.scrollTop - now.expected;
    if (Math.abs(delta) >= 1) {
      const before = now.top;
      now.top =
        map.scaled && now.touching ? Math.min(map.maxTop, Math.max(0, now.top + delta)) : map.toTop(element.scrollTop);
      now.expected = element.scrollTop;
      if (Math.abs(now.top - before) > viewport * 2) {
        setJumping(true);
        window.clearTimeout(now.timer);
        now.timer = window.setTimeout(() => setJumping(false), 700);
      }
    }
    setPosition({ top: now.top, left: element.scrollLeft });
  }, [map, viewport]);

  useEffect(() => {
    const element = ref.current;
    if (!element || !map.scaled) return;
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      moveTo(state.current.top + event.deltaY * (event.deltaMode === 1 ? ROW_HEIGHT : 1));
    };
    const touch = (event: TouchEvent) => {
      state.current.touching = true;
      // A finger moved by true pixels: bring the scrollbar to where that is once it is lifted.
      if (event.type === "touchend") {
        state.current.touching = false;
        moveTo(state.current.top);
      }
    };
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("touchstart", touch, { passive: true });
    element.addEventListener("touchend", touch, { passive: true });
    return () => {
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("touchstart", touch);
      element.removeEventListener("touchend", touch);
    };
  }, [map, moveTo]);

  // Fewer rows after a filter: stay inside them.
  const top = Math.min(position.top, map.maxTop);
  return { ref, top, left: position.left, width: size.width, viewport, height: map.height, jumping, moveTo, onScroll };
}
