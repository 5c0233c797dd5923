import { beforeAll, describe, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { lintPipeline } from "@/lib/pipelines/lint-pipeline";
import { listOptions } from "@/lib/pipelines/list-options";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { deleteTeam } from "@/lib/teams/change-teams";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildSecret, buildTeam, buildToken, buildWarehouse } from "@/lib/testing/factories";
import { bearer, call } from "@/lib/testing/rest";
import { buildPipeline } from "@/lib/testing/runs";
import { secrets } from "@/lib/transport/operations/secrets";
import { getSecret, listSecrets } from "./data";
import { deleteSecret } from "./delete-secret";
import { putSecret } from "./put-secret";
import { secretsFor } from "./secrets-for";

const value = "correct-horse-battery-staple";
let growth: { id: string; name: string };
let sales: { id: string; name: string };
let ana: Context;
let bo: Context;
let admin: Context;

beforeAll(async () => {
  await testDatabase();
  growth = await buildTeam({ name: "growth" });
  sales = await buildTeam({ name: "sales" });
  ana = await buildPerson({ teamIds: [growth.id] });
  bo = await buildPerson({ teamIds: [sales.id] });
  admin = await buildPerson({ role: "admin" });
  await buildWarehouse({ name: "source", teamIds: [growth.id], sql: "create table events (id int)" });
});

const replicating = (salt: string, more = "") =>
  `name: copy_${salt}\n${more}stages:
  - id: copy
    operator: replicate-table@1
    params: {source: source, source_table: public.events, warehouse: source, table: public.copied, mode: full, salt: {secret: ${salt}}}\n`;

describe("a secret", () => {
  it("is its team's: kept encrypted, set anew, and never read back", async () => {
    const headers = bearer(await buildToken(ana.user.id));
    const put = (body: object) => call(secrets.put, { headers, params: { name: "crm" }, body });
    const made = await put({ value, note: "of the CRM" });
    expect(made.status).toBe(201);
    const first = await made.json();
    expect(first).toMatchObject({ name: "crm", team: { name: "growth" }, note: "of the CRM", mayChange: true });
    expect((await put({ note: "of the other CRM" })).status).toBe(200);
    expect(await getSecret(ana, "crm")).toMatchObject({ note: "of the other CRM", rotatedAt: first.rotatedAt });
    const again = await (await put({ value: `${value}-2` })).json();
    expect(again.rotatedAt > first.rotatedAt).toBe(true);
    const team = { ownerId: ana.user.id, teamId: growth.id };
    expect(await secretsFor(team, ["crm"])).toEqual(new Map([["crm", `${value}-2`]]));
    const read = await call(secrets.read, { headers, params: { name: "crm" } });
    const list = await call(secrets.list, { headers });
    const { rows: kept } = await pool().query("select to_jsonb(s)::text as row from secrets s");
    const { rows: log } = await pool().query(
      "select action, to_jsonb(a)::text as row from audit_entries a order by id",
    );
    const said = [await read.text(), await list.text(), JSON.stringify([first, again, kept, log])].join();
    expect(said).toContain("crm");
    expect(said).not.toContain(value);
    expect(log.map(({ action }) => action)).toEqual(["secret.create", "secret.change", "secret.rotate"]);
  });

  it("of one team is nothing to another, whose members may not take its name either", async () => {
    await expect(getSecret(bo, "crm")).rejects.toMatchObject({ code: "not_found" });
    await expect(putSecret(bo, "crm", { value })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deleteSecret(bo, "crm")).rejects.toMatchObject({ code: "not_found" });
    expect((await listSecrets(bo)).map(({ name }) => name)).not.toContain("crm");
    expect((await listSecrets(admin)).map(({ name }) => name)).toContain("crm");
  });

  it("stays where it is: another team, also an admin's choice, is refused", async () => {
    await expect(putSecret(admin, "crm", { team: "sales" })).rejects.toMatchObject({ code: "conflict" });
    await expect(putSecret(admin, "crm", { team: null })).rejects.toMatchObject({ code: "conflict" });
    expect(await putSecret(admin, "crm", { team: "growth", note: "x" })).toEqual({ outcome: "changed" });
  });

  it("of the whole company is for admins to make and change, and for all to use", async () => {
    await expect(putSecret(ana, "shared", { value, team: null })).rejects.toMatchObject({ code: "forbidden" });
    await expect(putSecret(admin, "shared", { value })).rejects.toMatchObject({ code: "invalid" });
    await putSecret(admin, "shared", { value, team: null });
    await expect(putSecret(ana, "shared", { value: "other" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(deleteSecret(ana, "shared")).rejects.toMatchObject({ code: "forbidden" });
    expect(await getSecret(bo, "shared")).toMatchObject({ team: null, mayChange: false });
    expect([...(await secretsFor({ ownerId: bo.user.id, teamId: sales.id }, ["shared"])).values()]).toEqual([value]);
  });

  it.each<[string, object, string]>([
    ["without a value", {}, "value"],
    ["empty", { value: "" }, "value"],
    ["over 64 KiB", { value: "é".repeat(32_769) }, "value"],
    ["of a team that one is not in", { value, team: "sales" }, "team"],
  ])("%s is refused at its field", async (_, body, field) => {
    const headers = bearer(await buildToken(ana.user.id));
    const answer = await call(secrets.put, { headers, params: { name: "new" }, body });
    expect(answer.status).toBe(422);
    expect((await answer.json()).fields).toMatchObject([{ field }]);
  });

  it("keeps a team from being deleted, which would make it everybody's", async () => {
    await expect(deleteTeam(admin, growth.id)).rejects.toMatchObject({ code: "conflict" });
    await expect(db().team.delete({ where: { id: growth.id } })).rejects.toThrow();
  });
});

describe("a pipeline", () => {
  it("names secrets of its own team and of the company, and no others", async () => {
    await buildSecret(sales.id, { name: "salt-of-sales" });
    await buildSecret(growth.id, { name: "salt" });
    const problems = async (ctx: Context, text: string) => {
      const found = await lintPipeline(ctx, { text, format: "yaml" });
      return found.problems.flatMap(({ field, message, fix }) => (field.includes("salt") ? [`${message} ${fix}`] : []));
    };
    expect(await problems(ana, replicating("salt"))).toEqual([]);
    expect(await problems(ana, replicating("shared"))).toEqual([]);
    expect(await problems(ana, replicating("slat"))).toEqual(["There is no secret slat. Did you mean salt?"]);
    expect(await problems(ana, replicating("salt-of-sales"))).toHaveLength(1);
    // An admin, who sees all of them, too: whose pipeline it is decides.
    expect(await problems(admin, replicating("salt-of-sales", "owner: growth\n"))).toHaveLength(1);
    expect(await problems(admin, replicating("salt-of-sales", "owner: sales\n"))).toEqual([]);
    const publishing = publishPipeline(ana, "copy_salt-of-sales", {
      text: replicating("salt-of-sales"),
      format: "yaml",
    });
    await expect(publishing).rejects.toMatchObject({ code: "invalid" });
  });

  it("is offered them in its form", async () => {
    const asked = { parameter: "salt", values: {}, q: "sa" };
    const offered = async (ctx: Context, more = {}) =>
      (await listOptions(ctx, "replicate-table", { ...asked, ...more })).items.map(({ value }) => value);
    expect(await offered(ana)).toEqual(["salt"]);
    expect(await offered(bo)).toEqual(["salt-of-sales"]);
    expect(await offered(admin, { team: "growth" })).toEqual(["salt"]);
  });

  it("keeps what it names from being deleted, and says where that is as far as one may see it", async () => {
    await buildPipeline(
      ana,
      {
        name: "nightly",
        stages: [
          { id: "copy", operator: "noop@1", params: { deep: [{ token: { secret: "salt" } }], secret: "shared" } },
        ],
      },
      { teamId: growth.id },
    );
    expect(await getSecret(ana, "salt")).toMatchObject({ usedBy: [{ pipeline: "nightly", stage: "copy" }] });
    await expect(deleteSecret(ana, "salt")).rejects.toThrow("It is used by nightly (copy). Take it out there first.");
    await buildPipeline(ana, { stages: [{ id: "a", operator: "noop@1", params: { t: { secret: "shared" } } }] });
    expect(await getSecret(bo, "shared")).toMatchObject({ usedBy: [], usedElsewhere: 1 });
    await expect(deleteSecret(admin, "shared")).rejects.toMatchObject({ code: "conflict" });
    // Nothing starts an archived pipeline.
    await db().pipeline.updateMany({ where: { name: "nightly" }, data: { archivedAt: new Date() } });
    await deleteSecret(ana, "salt");
    await expect(getSecret(ana, "salt")).rejects.toMatchObject({ code: "not_found" });
  });

  it("without a team has those of its owner's teams; of a team it has none of its owner's others", async () => {
    const both = await buildPerson({ teamIds: [growth.id, sales.id] });
    const names = (teamId: string | null) => secretsFor({ ownerId: both.user.id, teamId }, ["salt-of-sales"]);
    expect([...(await names(null)).keys()]).toEqual(["salt-of-sales"]);
    expect([...(await names(sales.id)).keys()]).toEqual(["salt-of-sales"]);
    await expect(names(growth.id)).rejects.toMatchObject({ code: "not_found" });
  });
});
