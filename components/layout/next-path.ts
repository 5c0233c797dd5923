/** Where to go after sign-in: a path on this site and nothing else, so that a link cannot send people elsewhere. */
export function nextPath(asked: string | string[] | undefined): string {
  if (typeof asked !== "string" || !asked.startsWith("/")) return "/";
  const here = "http://here.invalid";
  try {
    const url = new URL(asked, here);
    // `/.//elsewhere` is a path here, and an address of elsewhere once it is read again.
    const own = url.origin === here && !url.pathname.startsWith("//");
    return own && !url.pathname.startsWith("/sign-in") ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}
