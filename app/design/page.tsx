import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Design } from "@/components/ui/design";

export const metadata: Metadata = { title: "Design" };

/** Every component of our own in all its states. In development only. */
export default function DesignPage() {
  if (process.env.NODE_ENV === "production") notFound();
  return <Design now={new Date().toISOString()} />;
}
