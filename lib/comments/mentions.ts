/** A person in a comment's text: `<@` and their id and `>`. Names change; the one who was meant does not. */
export const mentionPattern = /<@([0-9a-z]{26})>/g;
