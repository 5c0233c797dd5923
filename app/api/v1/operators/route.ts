import { readCatalogue } from "@/lib/operators/catalogue";
import { operators } from "@/lib/transport/operations/operators";
import { route } from "@/lib/transport/route";

export const GET = route(operators.list, async () => {
  const { installed, broken } = await readCatalogue();
  return { items: installed.map(({ manifest }) => manifest), next: null, broken };
});
