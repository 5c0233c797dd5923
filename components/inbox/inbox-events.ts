/** Tells the count in the header that the inbox has changed on this page. */
export function inboxChanged(): void {
  window.dispatchEvent(new Event("sluice:inbox"));
}
