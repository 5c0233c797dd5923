import { sql } from "@/lib/platform/db/pool";

/** Whether there is any board, or was one whose answers are kept yet. */
export async function someBoardStands(): Promise<boolean> {
  const [row] = await sql<{ stands: boolean }>(
    "some-board",
    "select exists (select 1 from boards) or exists (select 1 from board_answers) as stands",
    [],
  );
  return row?.stands === true;
}
