/** `name:base64 of 32 bytes`, one or more, each by a name of its own: a ciphertext says only the name. */
export function isKeyList(text: string): boolean {
  const entries = text.split(",").map((entry) => entry.trim().split(":"));
  const right = entries.every(
    ([name = "", value = "", ...rest]) =>
      name !== "" && rest.length === 0 && Buffer.from(value, "base64").length === 32,
  );
  return right && new Set(entries.map(([name]) => name)).size === entries.length;
}

const examples = /change.?me|example|password|secret|default|sluice|1234567|abcdefg/i;

/** Whether a secret has too few different characters to be random, or words that examples have. */
export function isGuessable(text: string): boolean {
  const values = text.split(",").map((entry) => entry.trim().split(":").at(-1) ?? "");
  return values.some((value) => new Set(value).size < 12 || (value.length < 64 && examples.test(value)));
}
