import { describe, expect, it } from "vitest";
import { farewellOf, isGoodbye, packet, refused } from "./wire";

const row = packet(4, Buffer.from("\x03abc"));

describe("a MySQL server's last words", () => {
  it("say that it goes away, behind whatever rows", () => {
    const message = "Server shutdown in progress";
    expect(farewellOf(Buffer.concat([row, refused(5, "1053 08S01", message)]))).toEqual({ goesAway: true, message });
  });

  it("say that it ends this session alone", () => {
    const told = farewellOf(
      refused(0, "4031 HY000", "The client was disconnected by the server because of inactivity."),
    );
    expect(told?.goesAway).toBe(false);
  });

  it("are none where the session goes on", () => {
    expect(farewellOf(refused(1, "1146 42S02", "Table 'a.b' doesn't exist"))).toBeNull();
    expect(farewellOf(Buffer.concat([refused(1, "1053 08S01", "x"), row]))).toBeNull();
    expect(farewellOf(Buffer.alloc(0))).toBeNull();
  });
});

it("a MySQL client's last words are COM_QUIT", () => {
  expect(isGoodbye(packet(0, [1]))).toBe(true);
  expect(isGoodbye(packet(0, [3], Buffer.from("select 1")))).toBe(false);
});
