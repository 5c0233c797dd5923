import { type FieldError, SluiceError } from "@/lib/platform/errors";

const message = "Has a NUL character or half of a surrogate pair, which cannot be kept.";

export const storable = (text: string) => !text.includes("\u0000") && text.isWellFormed();

/**
 * PostgreSQL keeps neither NUL nor half a character, wherever a text ends up; so none comes in, in any field, key or
 * parameter. Without recursion: what is sent may be nested as deep as its size allows.
 * @throws SluiceError invalid, naming the fields
 */
export function refuseUnstorable(value: unknown, where: "body" | "query" | "path"): void {
  const fields: FieldError[] = [];
  const open: { value: unknown; path: string }[] = [{ value, path: "" }];
  for (let one = open.pop(); one; one = open.pop()) {
    const { value: inner, path } = one;
    if (typeof inner === "string") {
      if (!storable(inner)) fields.push({ field: path || where, message });
    } else if (typeof inner === "object" && inner !== null) {
      for (const [key, child] of Object.entries(inner)) {
        if (!storable(key)) fields.push({ field: path || where, message });
        else open.push({ value: child, path: path ? `${path}.${key}` : key });
      }
    }
  }
  if (fields.length > 0) throw new SluiceError("invalid", `${fields[0]?.field}: ${message}`, { fields });
}
