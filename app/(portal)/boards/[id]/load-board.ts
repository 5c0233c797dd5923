import { notFound } from "next/navigation";
import { cache } from "react";
import { getBoard } from "@/lib/boards/data";
import { SluiceError } from "@/lib/platform/errors";
import { pageContext } from "@/lib/transport/page";

/** The board of this page and who looks at it: one read for the title and the page. */
export const loadBoard = cache(async (id: string) => {
  const ctx = await pageContext();
  try {
    return { ctx, board: await getBoard(ctx, id) };
  } catch (error) {
    if (error instanceof SluiceError && ["not_found", "forbidden"].includes(error.code)) notFound();
    throw error;
  }
});
