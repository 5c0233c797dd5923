import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "./generated/client";
import { pool } from "./pool";

const holder = globalThis as typeof globalThis & { sluicePrisma?: PrismaClient };

export type Transaction = Prisma.TransactionClient;

/** The generated client over the shared pool. */
export function db(): PrismaClient {
  holder.sluicePrisma ??= new PrismaClient({ adapter: new PrismaPg(pool()) });
  return holder.sluicePrisma;
}
