import { Failure } from "./failure";

/** `name=text` and `name:=json` as the API's `parameters`; a name that stands twice is a list. */
export function parametersOf(pairs: string[]): Record<string, unknown> | undefined {
  if (pairs.length === 0) return undefined;
  const found: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, name, colon, text] = /^([^=:]+)(:?)=(.*)$/s.exec(pair) ?? [];
    if (!name || text === undefined) throw new Failure(`"${pair}" is no parameter; write --param NAME=VALUE.`);
    const value = colon ? parsed(name, text) : text;
    const before = found[name];
    found[name] = name in found ? [...(Array.isArray(before) ? before : [before]), value] : value;
  }
  return found;
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(`${name}:=${text} is no JSON; write ${name}=${text} for text.`);
  }
}
