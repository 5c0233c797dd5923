import { SluiceError } from "@/lib/platform/errors";
import { Prisma } from "./generated/client";

/** For `.catch` of a write: a broken unique key becomes a conflict in words; the loser of a race ends here too. */
export function taken(field: string, message: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
      throw new SluiceError("conflict", message, { fields: [{ field, message }] });
    }
    throw error;
  };
}
