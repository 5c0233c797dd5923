import { NoObject } from "@/app/(portal)/no-object";

export default function NoBoard() {
  return <NoObject kind="board" list={{ href: "/boards", label: "All boards" }} />;
}
