/**
 * Runs in the page's head, before anything can be clicked. React marks an element that it has taken over with a
 * property whose name begins like this; it does so a moment before it answers, hence the second look.
 */
const keep = `(() => {
  const buttons = "button:not([type=submit]), :is([role=button], [role=tab]):not([href])";
  const drawn = new WeakSet();
  const taken = (button) => Object.keys(button).some((key) => key.startsWith("__reactProps$"));
  let kept;
  const look = (before) => {
    const now = taken(kept);
    if (kept.isConnected && !(before && now)) return setTimeout(look, 40, now);
    const button = kept;
    kept = undefined;
    button.click();
  };
  addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll(buttons)) drawn.add(button);
  });
  addEventListener("click", (event) => {
    const button = event.target.closest?.(buttons);
    if (!button || taken(button) || (document.readyState !== "loading" && !drawn.has(button))) return;
    event.stopImmediatePropagation();
    const first = !kept;
    kept = button;
    if (first) look(false);
  }, true);
})()`;

/**
 * The server's page can be read, and clicked, before the program that answers a click has come. Such a click is kept
 * and given to the button, once, when the program has reached it: on a slow line a button must not be dead without a
 * word. Of several clicks the last counts. Submit buttons wait for the program by themselves, links need none, and
 * what the program draws later (the editor has buttons that are not React's) is not touched.
 */
export function EarlyClick({ nonce }: { nonce?: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of this file; React would escape it as text.
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: keep }} />;
}
