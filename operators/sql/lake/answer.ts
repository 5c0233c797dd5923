import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import type { Answer } from "../answer";
import { refuseTwice } from "../bound";
import type { Context } from "../context";
import { boundValues, type LakeClient } from "./client";

const newline = 0x0a;

/** Rows of a person's query over a lake. @param most of a dry run */
export async function lakeAnswer(
  lake: LakeClient,
  bound: Context["sql"][string],
  most: number | null,
): Promise<Answer> {
  const { sql, values } = bound;
  const asked = { sql, values: boundValues(values), timeZone: lake.timeZone, limit: most };
  const answer = await lake.answer("POST", "/query", asked);
  const { columns, rest } = await firstLine(answer);
  refuseTwice(columns, "sql");
  let count = 0;
  return {
    columns,
    csv() {
      const out = new PassThrough();
      pass(answer, rest, out)
        .then(() => {
          count = lake.endOf(answer);
          out.end();
        })
        .catch((error: Error) => out.destroy(error));
      return out as Readable;
    },
    rows: () => count,
  };
}

/** The columns stand before the rows; what of these came along is given back. */
async function firstLine(answer: IncomingMessage): Promise<{ columns: Answer["columns"]; rest: Buffer }> {
  let held = Buffer.alloc(0);
  for await (const part of answer.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, part as Buffer]);
    const end = held.indexOf(newline);
    if (end < 0) continue;
    const { columns } = JSON.parse(held.subarray(0, end).toString("utf8")) as Pick<Answer, "columns">;
    return { columns, rest: held.subarray(end + 1) };
  }
  throw new Error("an answer without columns");
}

async function pass(answer: IncomingMessage, rest: Buffer, out: PassThrough): Promise<void> {
  if (rest.length > 0) out.write(rest);
  for await (const part of answer) if (!out.write(part)) await new Promise((resolve) => out.once("drain", resolve));
}
