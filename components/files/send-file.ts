import { type FieldProblem, Problem } from "@/components/ui/problem";
import type { UploadView } from "@/lib/uploads/schema";

interface Asked {
  file: File;
  sheet?: string;
  /** From 0 to 1; then the file is being read. */
  onProgress(part: number): void;
  signal: AbortSignal;
}

/** Uploads a file as it is. Not by fetch, which does not say how much of a body is on its way. */
export function sendFile({ file, sheet, onProgress, signal }: Asked): Promise<UploadView> {
  const query = new URLSearchParams({ file: file.name, ...(sheet ? { sheet } : {}) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/uploads?${query}`);
    request.setRequestHeader("x-sluice", "1");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 1);
    request.onerror = () =>
      reject(new Problem(0, "offline", "The file did not get through. Check your network, then send it again."));
    request.onabort = () => reject(new Problem(0, "stopped", "Stopped; nothing of it was kept."));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 201) resolve(answer as unknown as UploadView);
      else {
        const detail = answer.detail ?? "The file could not be taken. Try again; if it goes on, tell an admin.";
        reject(new Problem(request.status, answer.code ?? "internal", detail, answer.fields ?? []));
      }
    };
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parsed(text: string): { detail?: string; code?: string; fields?: FieldProblem[] } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
