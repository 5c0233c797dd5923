import { expect, it } from "vitest";
import { clientAddress, trustedProxies } from "./proxies";

const nobody = trustedProxies("");
const inside = trustedProxies("private, 203.0.113.7, 2001:db8::/32");

it("believes nobody by default", () => {
  expect(clientAddress("198.51.100.1", "10.0.0.1", nobody)).toBe("198.51.100.1");
  expect(clientAddress("127.0.0.1", "10.0.0.1", nobody)).toBe("127.0.0.1");
  expect(clientAddress("::ffff:198.51.100.1", undefined, nobody)).toBe("198.51.100.1");
});

it("takes what a proxy that is believed saw, and not what the client claimed", () => {
  expect(clientAddress("10.1.2.3", "198.51.100.1", inside)).toBe("198.51.100.1");
  expect(clientAddress("10.1.2.3", "8.8.8.8, 198.51.100.1", inside)).toBe("198.51.100.1");
  expect(clientAddress("::ffff:10.1.2.3", "8.8.8.8, 198.51.100.1, 203.0.113.7", inside)).toBe("198.51.100.1");
  expect(clientAddress("2001:db8::9", "2001:db9::1", inside)).toBe("2001:db9::1");
  expect(clientAddress("198.51.100.9", "8.8.8.8", inside)).toBe("198.51.100.9");
});

it("stops at what is no address", () => {
  expect(clientAddress("10.1.2.3", "198.51.100.1, unknown", inside)).toBe("10.1.2.3");
  expect(clientAddress("10.1.2.3", undefined, inside)).toBe("10.1.2.3");
  expect(clientAddress(undefined, "198.51.100.1", inside)).toBe("");
});

it("refuses a list with something else in it", () => {
  for (const wrong of ["localhost", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/x", "fe80::/129"])
    expect(() => trustedProxies(wrong), wrong).toThrow(wrong);
});
