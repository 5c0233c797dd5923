/** What Next hands a page: both are promises. */
export interface PageProps<Params = unknown> {
  params: Promise<Params>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}
