import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ComparePage } from "@/components/compare/compare-page";
import type { PageProps } from "@/components/layout/page-props";
import { getExecution } from "@/lib/executions/data";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";

export const metadata: Metadata = { title: "Compare" };

export default async function Page({ params }: PageProps<{ a: string; b: string }>) {
  const [ctx, { a, b }] = await Promise.all([pageContext(), params]);
  try {
    const [first, second] = await Promise.all([getExecution(ctx, a), getExecution(ctx, b)]);
    return <ComparePage a={first} b={second} />;
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
}
