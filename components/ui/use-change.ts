import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { asProblem } from "@/components/ui/problem";

/** A change that is asked for in a menu, which is gone by then: a refusal is told in a corner; the page is read anew after it. */
export function useChange() {
  const router = useRouter();
  return async (change: () => Promise<unknown>): Promise<void> => {
    try {
      await change();
      router.refresh();
    } catch (error) {
      notifications.show({ color: "red", title: "Nothing was changed", message: asProblem(error).message });
    }
  };
}
