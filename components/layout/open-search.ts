const asked = "sluice:search";

/** Opens the search from anywhere. */
export function openSearch(): void {
  window.dispatchEvent(new Event(asked));
}

/** @returns what stops listening */
export function onSearch(listen: () => void): () => void {
  window.addEventListener(asked, listen);
  return () => window.removeEventListener(asked, listen);
}
