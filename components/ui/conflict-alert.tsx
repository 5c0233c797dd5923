import { Button, Group } from "@mantine/core";
import { ProblemAlert } from "@/components/ui/problem-alert";

interface Props {
  /** Who changed what meanwhile. */
  title: string;
  message: string;
  /** What the button says that saves one's own. */
  save: string;
  onSaveMine: () => void;
  onTakeTheirs: () => void;
}

/** Somebody else has saved meanwhile: both texts are there, and one says which it shall be. */
export function ConflictAlert({ title, message, save, onSaveMine, onTakeTheirs }: Props) {
  return (
    <ProblemAlert title={title}>
      {message}
      <Group gap="xs" mt="sm">
        <Button variant="default" onClick={onSaveMine}>
          {save}
        </Button>
        <Button variant="default" onClick={onTakeTheirs}>
          Put theirs into the form
        </Button>
      </Group>
    </ProblemAlert>
  );
}
