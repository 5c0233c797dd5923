"use client";

import { useEffect, useState } from "react";
import { duration } from "@/components/ui/duration";

/** Time since an instant, ticking. Empty until the browser's clock is known. */
export function Elapsed({ since }: { since: string | Date }) {
  const [now, setNow] = useState<number>();
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  if (now === undefined) return null;
  const passed = Math.max(0, now - new Date(since).getTime());
  return (
    <span style={{ fontVariantNumeric: "tabular-nums" }}>
      {duration(passed < 1000 ? 0 : Math.floor(passed / 1000) * 1000)
        .replace(".0", "")
        .replace("0 ms", "0 s")}
    </span>
  );
}
