/** Above so many stages the exact ranks of a picture take seconds, no frame shows them all, and each drawing counts. */
export const many = 150;
