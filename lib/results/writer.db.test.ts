import { existsSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { newId } from "@/lib/platform/ids";
import { store } from "@/lib/platform/store/open";
import { feed, resultWriter } from "@/lib/testing/stored-rows";
import { childPath } from "./nursery";
import { closeReaders } from "./readers";
import { closeWriters, writerPids } from "./writers";

describe.skipIf(!existsSync(childPath("duckdb-reader.mjs")))(
  "a writer of results (needs dist/, made by `npm run build`)",
  () => {
    afterAll(() => {
      closeReaders();
      closeWriters();
    });

    it("refuses a cut stream, small or large", async () => {
      for (const rows of [10, 30_000]) {
        const target = resultWriter([{ name: "a", type: "integer" }]);
        await feed(
          target,
          Array.from({ length: rows }, (_, i) => `${i}\n`),
        );
        await expect(target.finish(rows + 1)).rejects.toMatchObject({ detail: { code: "storage" } });
      }
    });

    it("says so, and never hangs, when the writer's child is killed", async () => {
      const target = resultWriter([{ name: "a", type: "text" }]);
      const sink = target.sink();
      sink.on("error", () => {});
      sink.write(Buffer.from(`${"x".repeat(100)}\n`.repeat(2000)));
      await new Promise((resolve) => setTimeout(resolve, 700));
      for (const pid of writerPids()) process.kill(pid, "SIGKILL");
      await new Promise((resolve) => sink.once("close", resolve));
      await expect(target.finish(2000)).rejects.toMatchObject({ detail: { code: "storage" } });
    });

    it("forgets everything on restart and abort", async () => {
      const columns = [{ name: "a", type: "integer" }];
      const target = resultWriter(columns);
      await feed(
        target,
        Array.from({ length: 30_000 }, (_, i) => `${i}\n`),
      );
      await target.restart();
      await feed(target, ["5\n"]);
      expect((await target.finish(1)).head?.toString()).toBe("5\n");
      const id = newId();
      const other = resultWriter(columns, id);
      await other.largeCell(0, 0, Buffer.from("x"));
      await other.abort();
      const left: string[] = [];
      for await (const { key } of store().list(`results/${id}`)) left.push(key);
      expect(left).toEqual([]);
    });
  },
);
