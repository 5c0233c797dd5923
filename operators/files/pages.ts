import { type Context, choice, StageError, text } from "../sql/context";
import { askPage, type Page } from "./answers";
import { valueAt } from "./records";
import { signIn } from "./sign-in";
import { urlOf } from "./web";

/** Goes from page to page as the form says, each one asked for when it is needed. */
export async function* pages(context: Context, since: string | null): AsyncGenerator<unknown[]> {
  const signed = await signIn(context);
  const first = urlOf(text(context, "url"), "url");
  for (const [name, value] of Object.entries((context.params.query ?? {}) as Record<string, string>))
    first.searchParams.set(name, value);
  if (since !== null) first.searchParams.set(String(context.params.since_parameter ?? "since"), since);
  const most = Number(context.params.most_pages ?? 10_000);
  const walk = walkOf(context);
  walk.begin(first);
  const seen = new Set<string>();
  for (let [url, count] = [first as URL | null, 0]; url; count++) {
    if (count >= most)
      throw new StageError(`There are more than ${most.toLocaleString("en-US")} pages.`, { field: "most_pages" });
    if (seen.has(url.href))
      throw new StageError("The API names a page as the next one that was there before.", { field: "paging" });
    seen.add(url.href);
    const page = await askPage(context, url, signed);
    const records = recordsIn(context, page);
    yield records;
    url = walk.next(url, page, records.length);
    if (url && url.origin !== first.origin)
      throw new StageError(`The next page lies at another place, ${url.host}.`, { field: "paging" });
  }
}

function recordsIn(context: Context, { url, body }: Page): unknown[] {
  const { records } = context.params;
  const found = typeof records === "string" && records !== "" ? valueAt(body, records) : body;
  if (Array.isArray(found)) return found;
  if (found === null) return [];
  if (typeof found === "object" && !records) return [found];
  const has = body && typeof body === "object" ? Object.keys(body).slice(0, 20).join(", ") : typeof body;
  throw new StageError(`${url.host}${url.pathname} has no list${records ? ` at ${records}` : ""}. It has: ${has}.`, {
    field: "records",
  });
}

interface Walk {
  begin(url: URL): void;
  next(url: URL, page: Page, records: number): URL | null;
}

function walkOf(context: Context): Walk {
  const { params } = context;
  const way = choice(context, "paging", ["none", "page", "offset", "cursor", "link"], "none");
  const size = typeof params.size === "number" ? params.size : null;
  const named = (usual: string) => (typeof params.page_parameter === "string" ? params.page_parameter : usual);
  const sized = (url: URL) => {
    if (size !== null && typeof params.size_parameter === "string" && params.size_parameter !== "")
      url.searchParams.set(params.size_parameter, String(size));
  };
  const isLast = (records: number) => records === 0 || (size !== null && records < size);
  const counted = (parameter: string, start: number, step: (records: number) => number): Walk => ({
    begin(url) {
      sized(url);
      url.searchParams.set(parameter, String(start));
    },
    next(url, _page, records) {
      if (isLast(records)) return null;
      const next = new URL(url);
      next.searchParams.set(parameter, String(Number(url.searchParams.get(parameter)) + step(records)));
      return next;
    },
  });
  if (way === "page") return counted(named("page"), Number(params.first_page ?? 1), () => 1);
  if (way === "offset") return counted(named("offset"), 0, (records) => records);
  if (way === "link") return { begin: sized, next: (url, { next }) => (next === null ? null : new URL(next, url)) };
  if (way === "cursor")
    return {
      begin: sized,
      next: (url, { body }) => following(url, valueAt(body, text(context, "next")), named("cursor")),
    };
  return { begin: () => undefined, next: () => null };
}

/** A whole address is gone to, anything else is the parameter's value. */
function following(url: URL, next: unknown, parameter: string): URL | null {
  if (next === null || next === undefined || next === "" || next === false) return null;
  if (typeof next === "string" && (/^https?:\/\//i.test(next) || next.startsWith("/") || next.startsWith("?")))
    return new URL(next, url);
  const there = new URL(url);
  there.searchParams.set(parameter, String(next));
  return there;
}
