import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** While something on the page still moves, it is read anew so often, where it can be seen. */
export function useFresh(moving: boolean, everyMs: number): void {
  const router = useRouter();
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [moving, router, everyMs]);
}
