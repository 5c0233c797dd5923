import { someOperator } from "@/lib/operators/catalogue";
import { operators } from "@/lib/transport/operations/operators";
import { route } from "@/lib/transport/route";

export const GET = route(operators.read, async ({ params }) => (await someOperator(params.id)).manifest);
