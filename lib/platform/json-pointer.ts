/** Places within a JSON value, as RFC 6901 writes them: `/stages/2/params/table`. Pure. */

const step = (key: PropertyKey) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

export const pointerOf = (path: readonly PropertyKey[]): string => path.map(step).join("");

export const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
