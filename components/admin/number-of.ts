/** What a NumberInput holds, as the API takes it. */
export const numberOf = (value: number | string) => (value === "" ? null : Number(value));
