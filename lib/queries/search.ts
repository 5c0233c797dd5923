import { likeText } from "@/lib/platform/db/like";
import { pool } from "@/lib/platform/db/pool";

/** What a query's words are looked for in, as the indexes have it. */
const texts = { all: "q.search", title: "lower(' ' || q.title)" };

/** Before which a word begins. */
const edges = [" ", ".", "_", "(", '"', ","];

export type Place = (value: unknown) => string;

/** The words of a search; what holds no letter and no digit finds nothing by itself and is left out. */
export function wordsOf(q: string | undefined): string[] {
  const words = (q ?? "").split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  return [...new Set(words)].slice(0, 8);
}

/** Whether the index can find it anywhere: it goes by three letters in a row. */
const isLong = (word: string) => /[\p{L}\p{N}]{3}/u.test(word);

/** A word anywhere in the text; one too short for the index where a word begins. */
function holds(text: string, word: string, place: Place): string {
  if (isLong(word)) return `${text} like lower(${place(`%${likeText(word)}%`)})`;
  return `(${edges.map((edge) => `${text} like lower(${place(`%${likeText(edge + word)}%`)})`).join(" or ")})`;
}

/** All words stand in the title. */
export function inTitle(words: string[], place: Place): string {
  return `(${words.map((word) => holds(texts.title, word, place)).join(" and ")})`;
}

/** Each word stands in the text, or is part of the owner's or the team's name. */
export async function wordConditions(words: string[], place: Place): Promise<string[]> {
  if (words.length === 0) return [];
  const { rows } = await pool().query<{ id: string; name: string }>(
    `select id, lower(name || ' ' || email) as name from users where lower(name || ' ' || email) like any($1)
     union all select id, lower(name) from teams where lower(name) like any($1) limit 2000`,
    [words.map((word) => `%${likeText(word.toLowerCase())}%`)],
  );
  return words.map((word) => {
    const own = word.toLowerCase();
    const fits = (name: string) =>
      isLong(word) ? name.includes(own) : name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(own));
    const ids = rows.filter(({ name }) => fits(name)).map(({ id }) => id);
    const inText = holds(texts.all, word, place);
    if (ids.length === 0) return inText;
    const owners = place(ids);
    return `(${inText} or q.owner_id = any(${owners}) or q.team_id = any(${owners}))`;
  });
}
