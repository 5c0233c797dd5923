import type { Suggestion } from "@/lib/completion/schema";
import { LANGUAGE, monaco } from "./monaco";

/** Suggestions for a text and an offset in it, best first. */
export type Completer = (sql: string, offset: number) => Suggestion[];

export function registerCompletion(complete: Completer): () => void {
  const { CompletionItemKind } = monaco.languages;
  const kinds = {
    table: CompletionItemKind.Class,
    schema: CompletionItemKind.Module,
    column: CompletionItemKind.Field,
    alias: CompletionItemKind.Variable,
    join: CompletionItemKind.Reference,
    function: CompletionItemKind.Function,
    keyword: CompletionItemKind.Keyword,
  };
  const provider = monaco.languages.registerCompletionItemProvider(LANGUAGE, {
    triggerCharacters: [".", " ", '"'],
    provideCompletionItems(model, position, context) {
      const offset = model.getOffsetAt(position);
      const suggestions = complete(model.getValue(), offset);
      // A blank opens the list only where the grammar wants a name, not after every word.
      const afterBlank = context.triggerCharacter === " ";
      const shown = afterBlank
        ? suggestions.filter((each) => each.kind !== "keyword" && each.kind !== "function")
        : suggestions;
      if (
        afterBlank &&
        !/\b(from|join|on|update|into|using)\s$/i.test(model.getValue().slice(Math.max(0, offset - 12), offset))
      ) {
        return { suggestions: [] };
      }
      return {
        // Names are cut to the best few hundred; typing on asks again.
        incomplete: true,
        suggestions: shown.map((each, rank) => {
          const start = model.getPositionAt(each.from);
          return {
            label: { label: each.label, description: each.detail },
            kind: kinds[each.kind],
            insertText: each.insert,
            filterText: each.filter ?? each.label,
            sortText: String(rank).padStart(5, "0"),
            documentation: each.documentation,
            range: {
              startLineNumber: start.lineNumber,
              startColumn: start.column,
              endLineNumber: position.lineNumber,
              endColumn: position.column,
            },
          };
        }),
      };
    },
  });
  return () => provider.dispose();
}
