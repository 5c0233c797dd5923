import { publicUrl } from "@/lib/platform/url";

/** The permalink, for people and programs. */
export function executionUrl(id: string): string {
  return publicUrl(`/executions/${id}`);
}
