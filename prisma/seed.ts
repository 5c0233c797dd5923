import { type Context, contextOf, type Person, personColumns } from "@/lib/access/context";
import { checkPassword, hashPassword } from "@/lib/access/passwords";
import { sha256 } from "@/lib/platform/crypto";
import { pool } from "@/lib/platform/db/pool";
import { db } from "@/lib/platform/db/prisma";
import { env } from "@/lib/platform/env";
import { newId, newSecret } from "@/lib/platform/ids";
import { seedDemo } from "./demo";
import { seedDemoPipelines } from "./demo-pipelines";
import { seedDemoQueries } from "./demo-queries";

/** The first admin. Returns the password when nobody chose it and nobody was shown it yet; stored is only a hash. */
async function seedAdmin(): Promise<{ id: string; email: string; password: string | null }> {
  const { SLUICE_ADMIN_EMAIL: email = "admin@example.com", SLUICE_ADMIN_PASSWORD: given } = env();
  const { SLUICE_FIRST_PASSWORD: kept } = env();
  const found = await db().user.findFirst({ where: { role: "admin" }, orderBy: { id: "asc" } });
  if (found) {
    const untold = kept !== undefined && (await checkPassword(kept, found.passwordHash));
    return { id: found.id, email: found.email, password: untold ? kept : null };
  }
  const password = given ?? kept ?? newSecret("pw").slice(3, 23);
  const id = newId();
  const passwordHash = await hashPassword(password);
  await db().user.create({ data: { id, email: email.toLowerCase(), name: "Admin", role: "admin", passwordHash } });
  return { id, email, password: given ? null : password };
}

/** SLUICE_ADMIN_TOKEN as an API token of the first admin: an unattended start can be driven at once. */
async function seedToken(userId: string): Promise<void> {
  const value = env().SLUICE_ADMIN_TOKEN;
  if (!value) return;
  const hash = sha256(value);
  await db().apiToken.createMany({
    data: [{ id: newId(), name: "SLUICE_ADMIN_TOKEN", hash, prefix: value.slice(0, 8), scopes: ["*"], userId }],
    skipDuplicates: true,
  });
}

async function seedTeam(userId: string): Promise<{ id: string; name: string }> {
  const found = await db().team.findFirst({ orderBy: { id: "asc" } });
  return found ?? db().team.create({ data: { id: newId(), name: "Everyone", members: { create: { userId } } } });
}

async function adminContext(userId: string): Promise<Context> {
  const { rows } = await pool().query<Person>(`select ${personColumns} from users u where u.id = $1`, [userId]);
  const [person] = rows;
  if (!person) throw new Error("the first admin is gone");
  return contextOf(person, { sessionId: null, tokenId: null, scopes: null, address: null });
}

// `node dist/seed.mjs`: what a new Sluice needs to be used at once. Run again, it adds only what is missing.
try {
  const admin = await seedAdmin();
  await seedToken(admin.id);
  const team = await seedTeam(admin.id);
  const { SLUICE_DEMO_URL } = env();
  const demo = SLUICE_DEMO_URL && (await seedDemo(SLUICE_DEMO_URL, team.id));
  if (demo) {
    const ctx = await adminContext(admin.id);
    await seedDemoQueries(ctx, team.id, demo);
    await seedDemoPipelines(ctx, team, demo);
  }
  if (admin.password)
    process.stdout.write(`First sign-in: ${admin.email} with password ${admin.password} (shown only now)\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`The first data could not be written: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
