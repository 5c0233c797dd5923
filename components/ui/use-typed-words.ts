import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";

/**
 * Words of a search whose address follows the typing at a distance: what stands in the field, and how it changes.
 * `search` is told once somebody pauses; an empty field is null.
 */
export function useTypedWords(inAddress: string, search: (words: string | null) => void) {
  const [typed, setTyped] = useState(inAddress);
  const tell = useDebouncedCallback((words: string) => search(words || null), 250);
  // Back and forward change the words, too; what is being typed is ahead of the address and stays.
  const [known, setKnown] = useState(inAddress);
  if (known !== inAddress) {
    setKnown(inAddress);
    if (typed.trim() !== inAddress.trim()) setTyped(inAddress);
  }
  return {
    typed,
    type: (words: string) => {
      setTyped(words);
      tell(words);
    },
    /** The field alone: whoever empties all filters changes the address. */
    empty: () => setTyped(""),
  };
}
