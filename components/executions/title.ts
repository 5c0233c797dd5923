/** What a statement is called before anyone gave it a name: its leading comment, or else its own first words. */
export function titleOf(sql: string): string {
  const comment = /^\s*--+\s*(\S[^\n]*)/.exec(sql)?.[1]?.trim();
  return (comment || onOneLine(sql) || "Empty statement").slice(0, 160);
}

/** The statement on one line, leading comments left out where something follows them. */
export function onOneLine(sql: string): string {
  const bare = sql.replace(/^(\s*--[^\n]*(\n|$))+/, "").trim();
  return (bare || sql.trim()).replace(/\s+/g, " ").slice(0, 300);
}
