import { notFound } from "next/navigation";
import { cache } from "react";
import { SluiceError } from "@/lib/platform/errors";
import { getQuery } from "@/lib/queries/data";
import { pageContext } from "@/lib/transport/page";

/** The query of this page and who looks at it: one read for the title and the page. */
export const loadQuery = cache(async (id: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, query: await getQuery(ctx, id) };
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
});
