export { NoPage as default } from "@/components/layout/no-page";
