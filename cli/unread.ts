import { Failure } from "./failure";

const words: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
};

/** A file that could not be read, as a sentence in place of the system's own words. */
export function unread(file: string, error: unknown, code?: number): Failure {
  const { code: name = "", message } = error as NodeJS.ErrnoException;
  return new Failure(`${file} cannot be read: ${words[name] ?? message}.`, code);
}
