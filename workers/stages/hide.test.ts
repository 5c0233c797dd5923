import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hider, hideWithin, leastPart } from "./hide";

const secret = "sk_live_7Qh2/+mN0pXv9RtY4cZ1";
const hide = hider([secret]);
const mark = "••••••";

describe("what is hidden of a secret", () => {
  it.each([
    ["itself", secret],
    ["as in a URL", encodeURIComponent(secret)],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64 of a sign-in, at whatever place it begins", Buffer.from(`me:${secret}`).toString("base64")],
    ["in base64 with more behind it", Buffer.from(`a${secret}@here`).toString("base64")],
    ["in base64 for URLs", Buffer.from(`ab${secret}`).toString("base64url")],
    ["in hexadecimal", Buffer.from(secret).toString("hex")],
    ["in capital hexadecimal", Buffer.from(secret).toString("hex").toUpperCase()],
  ])("it, %s", (_, text) => {
    const said = hide(`token ${text}, used twice: ${text}.`);
    expect(said).toContain(mark);
    for (let at = 0; at + leastPart <= text.length; at++) expect(said).not.toContain(text.slice(at, at + leastPart));
    expect(said.startsWith("token ") && said.includes(", used twice: ") && said.endsWith(".")).toBe(true);
  });

  it("pieces of it, line by line as base64 wraps it", () => {
    const long = "x1".repeat(10) + secret.repeat(5);
    const lines =
      Buffer.from(long)
        .toString("base64")
        .match(/.{1,76}/g) ?? [];
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.map(hider([long]))).toEqual(lines.map(() => mark));
  });

  it("each line of one that has several, and as JSON writes it", () => {
    const key = "-----BEGIN-----\nMIIEvQIBADANBgkq\nshort\n";
    const said = hider([key]);
    expect(said("  MIIEvQIBADANBgkq")).toBe(`  ${mark}`);
    expect(said("short")).toBe(mark);
    expect(said(JSON.stringify({ key: key.trim() }))).toBe(`{"key":"${mark}"}`);
  });

  it("every part of it that is long enough, wherever it stands, and no character beside it", () => {
    const cut = fc
      .tuple(fc.nat(secret.length), fc.nat(secret.length))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    // Nothing that could go on with the cut in any spelling: "+" and "-" as base64 writes them, "%" as a URL does.
    const free = fc.stringMatching(/^[ -$&-*,.<-@[-^]{0,40}$/);
    fc.assert(
      fc.property(cut, free, free, ([from = 0, to = 0], before, after) => {
        fc.pre(to - from >= leastPart);
        expect(hide(before + secret.slice(from, to) + after)).toBe(before + mark + after);
      }),
    );
  });

  it("one that begins within another", () => {
    const other = `${secret.slice(-8)}and-more-of-it`;
    const said = hider([secret, other])(`<${secret}and-more-of-it>`);
    expect(said).toBe(`<${mark}>`);
  });

  it("what a program says of itself, names and values", () => {
    expect(hideWithin(hide, { error: { message: `no ${secret}` }, [secret]: [1, null, true] })).toEqual({
      error: { message: `no ${mark}` },
      [mark]: [1, null, true],
    });
  });
});

describe("what stays", () => {
  it.each([
    ["a piece that is too short to be told from other words", secret.slice(0, leastPart - 1)],
    ["what is no secret", "7Q sk_live and other words"],
  ])("%s", (_, text) => expect(hide(text)).toBe(text));

  it("everything, where a secret is so short that it stands in other words", () => {
    expect(hider(["abc", ""])("abc and abc")).toBe("abc and abc");
  });
});

it("takes a secret of 64 KiB that says the same again and again, and a log of it", () => {
  const secret = "ab".repeat(32_768);
  expect(hider([secret])(secret)).toBe(mark);
});
