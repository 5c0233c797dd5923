import type { ReactNode } from "react";
import { Mark } from "@/components/layout/mark";
import classes from "@/components/layout/sign-in.module.css";

export function SignInFrame({ children }: { children: ReactNode }) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Mark size={28} />
          Sluice
        </div>
        {children}
      </div>
    </main>
  );
}
