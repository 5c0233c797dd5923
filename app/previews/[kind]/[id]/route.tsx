import { ImageResponse } from "next/og";
import { PreviewCard } from "@/components/previews/preview-card";
import { pictureOf } from "@/lib/previews/describe";

/** The picture under a pasted link, for chats that are not signed in; nothing unless an admin turned previews on. */
export async function GET(_request: Request, { params }: { params: Promise<{ kind: string; id: string }> }) {
  const { kind, id } = await params;
  const found = await pictureOf(kind, id);
  if (!found) return new Response(null, { status: 404 });
  const headers = { "cache-control": "private, max-age=300" };
  return new ImageResponse(<PreviewCard {...found} />, { width: 1200, height: 630, headers });
}
