"use client";

import { PageFailed } from "@/components/layout/page-failed";
import { SignInFrame } from "@/components/layout/sign-in-frame";

/** When the frame of the signed-in pages could not be drawn: nobody knows who looks while the database is away. */
export default function FrameError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <SignInFrame>
      <PageFailed error={error} retry={retry} />
    </SignInFrame>
  );
}
