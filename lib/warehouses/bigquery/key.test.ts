import { generateKeyPairSync } from "node:crypto";
import { JWT } from "google-auth-library";
import { describe, expect, it, vi } from "vitest";
import { scriptedBigQuery } from "@/lib/testing/scripted-bigquery";
import type { Connection } from "@/lib/warehouses/adapter";
import { ask, failure } from "@/lib/warehouses/conformance";
import { createAdapter } from "./adapter";
import { Client, googleSignIn } from "./client";
import { emulated } from "./subject";

/** What a key is taken for, and where it is sent: against a scripted peer. */

const at = scriptedBigQuery();
const { run } = at;

describe("a key", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const json = JSON.stringify({
    type: "service_account",
    client_email: "reader@demo.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  });
  /** As the real one signs in, with Google's addresses led to the at.peer. */
  const toPeer = createAdapter(({ email, privateKey: key }) => {
    const client = new JWT({ email, key, scopes: ["https://www.googleapis.com/auth/bigquery"] });
    client.transporter.interceptors.request.add({
      resolved: async (config) => ({ ...config, url: new URL(`${at.peer.endpoint}/token`) }),
    });
    return client;
  });
  const keyed = (): Connection => ({ ...emulated(at.peer.endpoint), config: { project: "demo" }, password: json });

  it("that Google does not take is said at its field, and to who runs a query", async () => {
    at.peer.token = { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    expect(await toPeer.test(keyed())).toMatchObject({
      ok: false,
      problem: { field: "password", message: expect.stringContaining("invalid_grant") },
    });
    expect(await failure(ask(toPeer, keyed(), "select 1"))).toMatchObject({
      code: "connection",
      message: expect.stringMatching(/does not take this warehouse's key \(invalid_grant.*Ask an admin/),
    });
    expect(at.peer.requests).toEqual([]);
  });

  it("that cannot be read is said so, and nothing of it", async () => {
    const broken = {
      ...keyed(),
      password: JSON.stringify({ ...JSON.parse(json), private_key: "-----BEGIN PRIVATE KEY-----\nabc" }),
    };
    const report = await toPeer.test(broken);
    expect(report.problem).toEqual({ field: "password", message: expect.stringContaining("cannot be read") });
  });

  it("goes to Google only, whatever the environment names", () => {
    vi.stubEnv("BIGQUERY_EMULATOR_HOST", at.peer.endpoint);
    const { address } = new Client(keyed(), googleSignIn);
    vi.unstubAllEnvs();
    expect(address).toBe("https://bigquery.googleapis.com/bigquery/v2");
  });

  it("is never sent to an emulator", async () => {
    await run("select 1");
    at.connection = { ...emulated(at.peer.endpoint), password: json };
    await run("select 1");
    expect(at.peer.requests.map(({ authorization }) => authorization)).toEqual(at.peer.requests.map(() => undefined));
  });
});
