"use client";

import { PageFailed } from "@/components/layout/page-failed";

export default function PortalError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return <PageFailed error={error} retry={retry} />;
}
