import { Refusal } from "./refusal";

export interface XmlHandler {
  open?(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** The five names that XML has, and numbers. A document that defines its own is refused. */
export function decodeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(\w+));/g, (all, hex, decimal, name) => {
    if (name) return named[name] ?? all;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

/** Names without their prefix: one program writes `x:row` where another writes `row`. */
const bare = (name: string) => name.slice(name.indexOf(":") + 1);

/** Goes through a document as it comes; holds no more of it than a tag or a text. */
export async function readXml(pieces: AsyncIterable<string>, handler: XmlHandler): Promise<void> {
  let rest = "";
  for await (const piece of pieces) {
    rest += piece;
    let at = 0;
    for (;;) {
      const start = rest.indexOf("<", at);
      if (start < 0) break;
      const special = rest.startsWith("<!--", start) ? "-->" : rest.startsWith("<![CDATA[", start) ? "]]>" : null;
      // Not enough of it is here to tell.
      if (!special && rest.startsWith("<!", start) && rest.length < start + 9) break;
      const end = rest.indexOf(special ?? ">", start);
      if (end < 0) break;
      if (start > at) handler.text?.(decodeXml(rest.slice(at, start)));
      if (special === "]]>") handler.text?.(rest.slice(start + 9, end));
      else if (!special) tag(rest.slice(start + 1, end), handler);
      at = end + (special ?? ">").length;
    }
    rest = rest.slice(at);
    if (rest.length > 64 << 20) throw new Refusal("The workbook holds a value over 64 MB.");
  }
}

function tag(text: string, handler: XmlHandler): void {
  if (text.startsWith("!"))
    throw new Refusal("The workbook has definitions of its own in it, which none should. Save it again.");
  if (text.startsWith("?")) return;
  if (text.startsWith("/")) {
    handler.close?.(bare(text.slice(1).trim()));
    return;
  }
  const name = bare(/^[^\s/]+/.exec(text)?.[0] ?? "");
  handler.open?.(name, (wanted) => {
    const found = new RegExp(`\\s(?:\\w+:)?${wanted}\\s*=\\s*("([^"]*)"|'([^']*)')`).exec(text);
    const value = found?.[2] ?? found?.[3];
    return value === undefined ? undefined : decodeXml(value);
  });
  if (text.endsWith("/")) handler.close?.(name);
}
