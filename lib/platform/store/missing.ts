import { SluiceError } from "@/lib/platform/errors";

/** Of an object that is not in the store (any more), a folder's or S3's own error. */
export const isMissing = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ENOENT" || (error as Error).name === "NoSuchKey";

/** For a `catch`. @throws SluiceError gone with these words where the object is missing, else the error itself */
export const goneIfMissing =
  (words: string) =>
  (error: unknown): never => {
    throw isMissing(error) ? new SluiceError("gone", words) : error;
  };
