/** Words as part of a LIKE pattern in which their own `%`, `_` and `\` mean themselves. */
export const likeText = (words: string): string => words.replace(/[\\%_]/g, "\\$&");
