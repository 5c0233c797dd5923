import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { type Draft, draftTitle } from "./drafts";
import classes from "./editor.module.css";

interface Props {
  drafts: Draft[];
  active: string;
  onSelect: (tab: string) => void;
  onClose: (draft: Draft) => void;
  onOpen: () => void;
}

export function EditorTabs({ drafts, active, onSelect, onClose, onOpen }: Props) {
  return (
    <div className={classes.tabs}>
      <div role="tablist" aria-label="Queries" style={{ display: "flex" }}>
        {drafts.map((draft) => {
          const title = draftTitle(draft);
          return (
            <div key={draft.tab} className={classes.tab} data-active={draft.tab === active || undefined}>
              <UnstyledButton
                role="tab"
                aria-selected={draft.tab === active}
                className={classes.clip}
                fz={13}
                fw="inherit"
                onClick={() => onSelect(draft.tab)}
              >
                {title}
              </UnstyledButton>
              <ActionIcon
                size={16}
                variant="subtle"
                color="gray"
                aria-label={`Close ${title}`}
                onClick={() => onClose(draft)}
              >
                <IconX size={12} />
              </ActionIcon>
            </div>
          );
        })}
      </div>
      <ActionIcon size="sm" variant="subtle" color="gray" aria-label="New tab" onClick={onOpen}>
        <IconPlus size={14} />
      </ActionIcon>
    </div>
  );
}
