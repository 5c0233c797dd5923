import { describe, expect, it } from "vitest";
import { farewellOf, fatal, isGoodbye } from "./wire";

const row = Buffer.from("D\0\0\0\x0e\0\x01\0\0\0\x04E\0\0\0", "latin1");
const error = (severity: string, code: string, message: string) =>
  Buffer.from(fatal(code, message).toString("latin1").replaceAll("FATAL", severity), "latin1");

describe("a server's last words", () => {
  it.each([
    ["57P01", "terminating connection due to administrator command"],
    ["57P02", "terminating connection because of crash of another server process"],
    ["57P03", "the database system is shutting down"],
  ])("say that it goes away (%s), behind whatever rows", (code, message) => {
    expect(farewellOf(Buffer.concat([row, fatal(code, message)]))).toEqual({ goesAway: true, message });
  });

  it.each([
    ["25P03", "terminating connection due to idle-in-transaction timeout"],
    ["57P05", "terminating connection due to idle-session timeout"],
  ])("say that it ends this session alone (%s)", (code, message) => {
    expect(farewellOf(Buffer.concat([row, fatal(code, message)]))).toEqual({ goesAway: false, message });
  });

  it("are none where the session goes on, or where they stand in a row", () => {
    // "ERROR" and "FATAL" have five letters each, so that the length stays right.
    expect(farewellOf(error("ERROR", "57014", "canceling statement due to user request"))).toBeNull();
    expect(farewellOf(Buffer.concat([fatal("57P01", "x"), row]))).toBeNull();
    expect(farewellOf(row)).toBeNull();
    expect(farewellOf(Buffer.alloc(0))).toBeNull();
  });

  it("are found behind the end of a message that was cut off", () => {
    const whole = Buffer.concat([Buffer.alloc(5_000, "E"), fatal("57P01", "over")]);
    expect(farewellOf(whole.subarray(-2_048))).toEqual({ goesAway: true, message: "over" });
  });
});

describe("a client's last words", () => {
  it("are Terminate, and nothing else", () => {
    expect(isGoodbye(Buffer.from([0x51, 0, 0, 0, 5, 0, 0x58, 0, 0, 0, 4]))).toBe(true);
    expect(isGoodbye(Buffer.from([0x51, 0, 0, 0, 5, 0]))).toBe(false);
    expect(isGoodbye(Buffer.alloc(0))).toBe(false);
  });
});
