import { NoObject } from "@/app/(portal)/no-object";

export default function NoExecution() {
  return <NoObject kind="execution" list={{ href: "/executions", label: "Go to history" }} />;
}
