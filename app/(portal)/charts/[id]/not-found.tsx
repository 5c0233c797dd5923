import { NoObject } from "@/app/(portal)/no-object";

export default function NoChart() {
  return <NoObject kind="chart" list={{ href: "/queries", label: "All queries" }} />;
}
