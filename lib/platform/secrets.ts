/** `name:base64 of 32 bytes`, one or more. */
export function isKeyList(text: string): boolean {
  return text.split(",").every((entry) => {
    const [name = "", value = "", ...rest] = entry.trim().split(":");
    return name !== "" && rest.length === 0 && Buffer.from(value, "base64").length === 32;
  });
}

const examples = /change.?me|example|password|secret|default|sluice|1234567|abcdefg/i;

/** Whether a secret has too few different characters to be random, or words that examples have. */
export function isGuessable(text: string): boolean {
  const values = text.split(",").map((entry) => entry.trim().split(":").at(-1) ?? "");
  return values.some((value) => new Set(value).size < 12 || (value.length < 64 && examples.test(value)));
}
