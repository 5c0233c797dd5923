import { expect, it } from "vitest";
import { databaseAway, mayPass } from "./away";

const socket = (code: string) => Object.assign(new Error(code), { code });
const server = (code: string) => Object.assign(new Error(code), { code, severity: "ERROR" });

it.each(["EPIPE", "ECONNRESET", "ETIMEDOUT"])("asks again after %s, which looks like a state of SQL", (code) => {
  expect(mayPass(socket(code))).toBe(true);
  expect(databaseAway(socket(code))).toBe(true);
});

it.each([
  ["57P01", true],
  ["40P01", true],
  ["53100", true],
  ["25006", true],
  ["22P02", false],
  ["42883", false],
])("says of the server's %s: %s", (code, again) => {
  expect(mayPass(server(code))).toBe(again);
});

it("knows a stopped server by its missing socket, and a frozen one by its silence", () => {
  expect(databaseAway(Object.assign(socket("ENOENT"), { syscall: "connect" }))).toBe(true);
  expect(databaseAway(Object.assign(socket("ENOENT"), { syscall: "open" }))).toBe(false);
  expect(databaseAway(new Error("Query read timeout"))).toBe(true);
});
