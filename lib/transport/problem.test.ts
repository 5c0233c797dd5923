import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SluiceError } from "@/lib/platform/errors";
import { parseJson, readText } from "./body";
import { invalid, problem } from "./problem";
import { ownUrl } from "./session";

describe("problem", () => {
  it("says what ours say, with fields and Retry-After", async () => {
    const answer = problem(new SluiceError("rate_limited", "Wait.", { retryAfter: 7 }));
    expect(answer.status).toBe(429);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ code: "rate_limited", status: 429, detail: "Wait." });
  });

  it("keeps the text of any other error to itself", async () => {
    const answer = problem(new Error("password=hunter2"));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("hunter2");
  });

  it("names each wrong and each unknown field", () => {
    const schema = z.strictObject({ config: z.strictObject({ port: z.number() }) });
    const answer = schema.safeParse({ config: { port: {}, extra: 1 } });
    const fields = invalid(answer.error as z.ZodError, "body").extra.fields?.map((field) => field.field);
    expect(fields).toEqual(["config.port", "config.extra"]);
  });
});

describe("body", () => {
  it("refuses a large body by its header, and one without a header once it is too long", async () => {
    const declared = new Request("http://x", { method: "POST", body: "{}", headers: { "content-length": "99999999" } });
    await expect(readText(declared)).rejects.toMatchObject({ code: "too_large" });
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const streamed = new Request("http://x", { method: "POST", body: endless, duplex: "half" } as RequestInit);
    await expect(readText(streamed)).rejects.toMatchObject({ code: "too_large" });
    expect(pulled).toBeLessThan(16);
  });

  it("takes JSON that is announced as JSON", () => {
    expect(parseJson('{"a":1}', "application/json; charset=utf-8")).toEqual({ a: 1 });
    expect(() => parseJson("a=1", "application/x-www-form-urlencoded")).toThrow(/Content-Type/);
    expect(() => parseJson("{", "application/json")).toThrow(/not JSON/);
  });
});

it("returns after sign-in within our own origin only", () => {
  const base = "https://sluice.example.com";
  expect(ownUrl("/executions/1?x=2", base)).toBe(`${base}/executions/1?x=2`);
  expect(ownUrl("//evil.example", base)).toBe(base);
  expect(ownUrl("https://evil.example/", base)).toBe(base);
  expect(ownUrl("javascript:alert(1)", base)).toBe(base);
});
