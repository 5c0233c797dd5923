import type { Context } from "@/lib/access/context";
import { personNow } from "@/lib/access/shares";
import { SluiceError } from "@/lib/platform/errors";
import type { OpenTable, TableName, Tables } from "@/lib/warehouses/adapter";
import { openArtifact } from "./artifacts";
import { listFiles, openFile } from "./files";
import { listAnswers, openAnswer } from "./queries";
import { listResults, openNamedResult } from "./results";

/** A table's files on this machine, until they are let go. */
export interface Opened {
  table: Omit<OpenTable, "schema" | "name">;
  release(): void;
}

type Open = (person: Context, name: string) => Promise<Opened>;

const schemas: Record<string, Open> = {
  results: openNamedResult,
  queries: openAnswer,
  files: openFile,
  artifacts: openArtifact,
};

/** What one person may open now, as tables: stored results, answers of saved queries, their own files, artifacts of runs. */
export function tablesFor(userId: string): Tables {
  return {
    schemas: Object.keys(schemas),
    async list() {
      const person = await personNow(userId);
      if (!person) return [];
      const lists = await Promise.all([listFiles(person), listAnswers(person), listResults(person)]);
      return lists.flat();
    },
    async open(names) {
      const person = await personNow(userId);
      const held: Opened[] = [];
      const release = () => {
        for (const one of held) one.release();
      };
      try {
        const tables: (OpenTable | string)[] = [];
        for (const name of names) {
          const opened = person ? await openOne(person, name) : "This account is disabled.";
          if (typeof opened !== "string") held.push(opened);
          tables.push(typeof opened === "string" ? opened : { ...name, ...opened.table });
        }
        return { tables, release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** What one person is refused is said to them; what went wrong with us is not theirs to read. */
async function openOne(person: Context, { schema, name }: TableName): Promise<Opened | string> {
  try {
    return (await schemas[schema]?.(person, name)) ?? `There is no ${schema}.`;
  } catch (error) {
    if (error instanceof SluiceError && error.status < 500) return error.message;
    throw error;
  }
}
