import { ActionIcon, Kbd, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconPencil, IconPlus, IconRotate, IconX } from "@tabler/icons-react";
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { RelativeTime } from "@/components/ui/time";
import { type ClosedDraft, type Draft, draftTitle } from "./drafts";
import classes from "./editor.module.css";

interface Props {
  drafts: Draft[];
  closed: ClosedDraft[];
  active: string;
  onSelect: (tab: string) => void;
  onClose: (draft: Draft) => void;
  onOpen: () => void;
  onReopen: (closed: ClosedDraft) => void;
  onRename: (tab: string, title: string) => void;
  /** Puts a tab before another. */
  onMove: (tab: string, before: string) => void;
}

const DRAGGED = "application/x-sluice-tab";

/** The tabs of the editor: arrows walk through them, F2 or a double click renames, Delete closes, dragging reorders. */
export function EditorTabs({ drafts, closed, active, onSelect, onClose, onOpen, onReopen, onRename, onMove }: Props) {
  const [naming, setNaming] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  // Many tabs scroll sideways; the one that is open stays in sight.
  useEffect(() => {
    list.current?.querySelector(`[data-tab="${active}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active]);
  const onKey = (event: KeyboardEvent, draft: Draft) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      const next = drafts[drafts.indexOf(draft) + step];
      if (!next) return;
      onSelect(next.tab);
      list.current?.querySelector<HTMLElement>(`[data-tab="${next.tab}"] [role=tab]`)?.focus();
    } else if (event.key === "F2") setNaming(draft.tab);
    else if (event.key === "Delete") onClose(draft);
    else return;
    event.preventDefault();
  };
  const onDrop = (event: DragEvent, draft: Draft) => {
    const tab = event.dataTransfer.getData(DRAGGED);
    if (tab) onMove(tab, draft.tab);
  };
  return (
    <div className={classes.tabs}>
      <div role="tablist" aria-label="Queries" className={classes.tablist} ref={list}>
        {drafts.map((draft) => {
          const title = draftTitle(draft);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: only a place to drop a tab on; the keys are on the tab
            <div
              key={draft.tab}
              className={classes.tab}
              data-tab={draft.tab}
              data-active={draft.tab === active || undefined}
              draggable={naming !== draft.tab}
              onDragStart={(event) => event.dataTransfer.setData(DRAGGED, draft.tab)}
              onDragOver={(event) => event.dataTransfer.types.includes(DRAGGED) && event.preventDefault()}
              onDrop={(event) => onDrop(event, draft)}
            >
              {naming === draft.tab ? (
                <Rename
                  title={draft.title || title}
                  onDone={(next) => {
                    setNaming(null);
                    if (next !== null) onRename(draft.tab, next);
                  }}
                />
              ) : (
                <UnstyledButton
                  role="tab"
                  aria-selected={draft.tab === active}
                  tabIndex={draft.tab === active ? 0 : -1}
                  className={classes.clip}
                  title={`${title} (double click or F2 to rename)`}
                  onClick={() => onSelect(draft.tab)}
                  onDoubleClick={() => setNaming(draft.tab)}
                  onKeyDown={(event) => onKey(event, draft)}
                >
                  {title}
                </UnstyledButton>
              )}
              <ActionIcon
                size={20}
                variant="subtle"
                color="gray"
                // For the mouse: a list of tabs may hold tabs only. Delete closes by keyboard, and so does the menu.
                aria-hidden
                title={`Close ${title}`}
                tabIndex={-1}
                onClick={() => onClose(draft)}
              >
                <IconX size={12} />
              </ActionIcon>
            </div>
          );
        })}
      </div>
      <ActionIcon variant="subtle" color="gray" aria-label="New tab" onClick={onOpen}>
        <IconPlus size={14} />
      </ActionIcon>
      <TabMenu
        closed={closed}
        onRename={() => setNaming(active)}
        onClose={() => {
          const draft = drafts.find(({ tab }) => tab === active);
          if (draft) onClose(draft);
        }}
        onReopen={onReopen}
      />
    </div>
  );
}

function Rename({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const [text, setText] = useState(title);
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it was asked for by a key or a double click
      autoFocus
      className={classes.rename}
      aria-label="Name of this tab"
      maxLength={200}
      value={text}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => onDone(text.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onDone(text.trim());
        if (event.key === "Escape") onDone(null);
      }}
    />
  );
}

interface MenuProps {
  closed: ClosedDraft[];
  onRename: () => void;
  onClose: () => void;
  onReopen: (closed: ClosedDraft) => void;
}

function TabMenu({ closed, onRename, onClose, onReopen }: MenuProps) {
  return (
    // The focus goes to the field that the menu opens, not back to the menu.
    <Menu withinPortal position="bottom-end" width={280} returnFocus={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="This tab and closed ones">
          <IconChevronDown size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={14} aria-hidden />}
          rightSection={<Kbd size="xs">F2</Kbd>}
          onClick={onRename}
        >
          Rename this tab
        </Menu.Item>
        <Menu.Item
          leftSection={<IconX size={14} aria-hidden />}
          rightSection={<Kbd size="xs">Del</Kbd>}
          onClick={onClose}
        >
          Close this tab
        </Menu.Item>
        {closed.length > 0 && <Menu.Label>Open a closed tab again</Menu.Label>}
        {closed.slice(0, 10).map((each) => (
          <Menu.Item
            key={each.closedAt}
            leftSection={<IconRotate size={14} aria-hidden />}
            rightSection={
              <Text size="xs" c="dimmed" span>
                <RelativeTime at={new Date(each.closedAt)} focusable={false} />
              </Text>
            }
            onClick={() => onReopen(each)}
          >
            {draftTitle(each)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
