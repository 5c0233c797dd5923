import { beforeAll, expect, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { db } from "@/lib/platform/db/prisma";
import { newId } from "@/lib/platform/ids";
import { testDatabase } from "@/lib/testing/database";
import { buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { grantSchema, grantSchemas, listSchemaGrants, revokeSchema } from "./grant-schemas";

let admin: Context;
beforeAll(async () => {
  await testDatabase();
  admin = await buildPerson({ role: "admin" });
});

const teamNamed = () => buildTeam({ name: `team ${newId()}` });
const grantsOf = async (warehouse: string) =>
  (await listSchemaGrants(admin, warehouse)).grants.map(({ team, schema, scratch }) => [team.id, schema, scratch]);

it("grants and takes back one by one, at once too, and leaves the others", async () => {
  const [{ id }, team] = [await buildWarehouse(), await teamNamed()];
  await grantSchemas(admin, id, [{ team: team.id, schema: "a" }]);
  const one = (schema: string) => ({ team: team.id, schema });
  await Promise.all(["b", "c", "d/e"].map((schema) => grantSchema(admin, id, one(schema))));
  expect(await grantsOf(id)).toEqual(["a", "b", "c", "d/e"].map((schema) => [team.id, schema, false]));
  await Promise.all(["a", "c"].map((schema) => revokeSchema(admin, id, one(schema))));
  expect(await grantsOf(id)).toEqual(["b", "d/e"].map((schema) => [team.id, schema, false]));
});

it("leaves a team one schema in which its members save tables, whoever else chooses one at the same moment", async () => {
  const [{ id }, team, other] = [await buildWarehouse(), await teamNamed(), await teamNamed()];
  await grantSchema(admin, id, { team: other.name, schema: "theirs" }, true);
  const schemas = Array.from({ length: 8 }, (_, n) => `s${n}`);
  await Promise.all(schemas.map((schema) => grantSchema(admin, id, { team: team.name, schema }, true)));
  const made = await grantsOf(id);
  expect(made.map(([, schema]) => schema)).toEqual([...schemas, "theirs"]);
  expect(made.filter(([of, , scratch]) => of === team.id && scratch)).toHaveLength(1);
  expect(made.at(-1)).toEqual([other.id, "theirs", true]);
});

it("lets the tables' schema be where nothing is said of it, and writes each change down once", async () => {
  const [{ id, name }, team] = [await buildWarehouse(), await teamNamed()];
  const one = { team: team.id, schema: "mart" };
  await grantSchema(admin, id, one, true);
  await grantSchema(admin, id, one);
  expect(await grantsOf(id)).toEqual([[team.id, "mart", true]]);
  await grantSchema(admin, id, one, false);
  expect(await grantsOf(id)).toEqual([[team.id, "mart", false]]);
  await revokeSchema(admin, id, one);
  await revokeSchema(admin, id, one);
  const trail = await db().auditEntry.findMany({ where: { object: `warehouse:${id}` }, orderBy: { at: "asc" } });
  expect(trail.map(({ action, detail }) => [action, detail])).toEqual([
    ["warehouse.grant-schema", { name, ...one, scratch: true }],
    ["warehouse.grant-schema", { name, ...one, scratch: false }],
    ["warehouse.revoke-schema", { name, ...one }],
  ]);
});

it("is for admins, and for teams that there are", async () => {
  const [{ id }, team] = [await buildWarehouse(), await teamNamed()];
  const editor = await buildPerson({ teamIds: [team.id] });
  for (const change of [grantSchema, revokeSchema]) {
    await expect(change(editor, id, { team: team.id, schema: "a" })).rejects.toMatchObject({ code: "forbidden" });
    await expect(change(admin, id, { team: "nobody", schema: "a" })).rejects.toMatchObject({ code: "not_found" });
  }
  expect(await grantsOf(id)).toEqual([]);
});
