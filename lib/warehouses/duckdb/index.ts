export { adapter } from "./adapter";
