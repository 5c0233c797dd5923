"use client";

import { Button, type ButtonProps } from "@mantine/core";
import Link from "next/link";

/** A link that looks like a button; usable from server components, which cannot hand Link over themselves. */
export function LinkButton({ href, ...rest }: ButtonProps & { href: string }) {
  return <Button component={Link} href={href} {...rest} />;
}
