import { createAdapter } from "./adapter";

export const adapter = createAdapter();
