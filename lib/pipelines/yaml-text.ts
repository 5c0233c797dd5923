import { type Document, LineCounter, parseDocument } from "yaml";

/** A text of YAML that was read: to be looked at by several, and changed by nobody. */
export interface YamlText {
  doc: Document.Parsed;
  /** Lines and columns of its offsets. */
  counter: LineCounter;
}
export type ReadYaml = (text: string) => YamlText;

export function parseYaml(text: string): YamlText {
  const counter = new LineCounter();
  const options = { version: "1.2", prettyErrors: false, keepSourceTokens: true, lineCounter: counter } as const;
  return { doc: parseDocument(text, options), counter };
}

/**
 * Reading a text of 200 stages takes longer than all that is done with it then. A page on which one is edited keeps what
 * it has read last: the text, and what the last change has made of it.
 */
export function rememberedYaml(parse: ReadYaml = parseYaml): ReadYaml {
  let kept: { text: string; read: YamlText }[] = [];
  return (text) => {
    const one = kept.find((other) => other.text === text) ?? { text, read: parse(text) };
    kept = [one, ...kept.filter((other) => other !== one)].slice(0, 2);
    return one.read;
  };
}
