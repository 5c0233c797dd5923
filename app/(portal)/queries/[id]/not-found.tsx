import { NoObject } from "@/app/(portal)/no-object";

export default function NoQuery() {
  return <NoObject kind="query" list={{ href: "/queries", label: "All queries" }} />;
}
