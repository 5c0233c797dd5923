/** Where a file of an artifact is in the store. Keys are made of our own ids and of names that were checked. */
export const artifactKey = (attempt: string, output: string, file: string): string =>
  `artifacts/${attempt}/${output}/${file}`;

/** What a file of an output may be called: nothing that leaves its folder, hides, or differs by case alone from itself. */
export const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
