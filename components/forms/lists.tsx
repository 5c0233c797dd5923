import { ActionIcon, Button, Input } from "@mantine/core";
import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, RJSFSchema } from "@rjsf/utils";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import type { FormContext } from "@/components/forms/context";
import classes from "@/components/forms/forms.module.css";
import type { Values } from "@/lib/operators/form";

/** Values one below the other under one label, and a button for a further one. */
export function List<Context extends FormContext>({
  fieldPathId,
  title,
  schema,
  items,
  required,
  canAdd,
  disabled,
  readonly,
  onAddClick,
}: ArrayFieldTemplateProps<Values, RJSFSchema, Context>) {
  const labelled = `${fieldPathId.$id}-label`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw its own frame and legend around those of its entries
    <div role="group" aria-labelledby={labelled} id={fieldPathId.$id} className={classes.list}>
      <div>
        <Input.Label labelElement="div" id={labelled} required={required ?? false}>
          {title}
        </Input.Label>
        {schema.description ? <Input.Description>{schema.description}</Input.Description> : null}
      </div>
      {items}
      {canAdd && !readonly ? (
        <Button
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={disabled ?? false}
          onClick={onAddClick}
        >
          {items.length === 0 ? "Add one" : "Add another"}
        </Button>
      ) : null}
    </div>
  );
}

/** One of them, and at its upper right corner what moves it or takes it away. */
export function ListEntry<Context extends FormContext>({
  children,
  schema,
  index,
  hasToolbar,
  readonly,
  buttonsProps,
}: ArrayFieldItemTemplateProps<Values, RJSFSchema, Context>) {
  const { hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem } = buttonsProps;
  const name = `${schema.title ?? "entry"} ${index + 1}`;
  const tools = [
    { may: hasMoveUp, verb: "Move up", Icon: IconArrowUp, act: onMoveUpItem },
    { may: hasMoveDown, verb: "Move down", Icon: IconArrowDown, act: onMoveDownItem },
    { may: hasRemove, verb: "Remove", Icon: IconX, act: onRemoveItem },
  ];
  return (
    <div className={classes.entry} data-framed={schema.type === "object" || undefined}>
      {children}
      {hasToolbar && !readonly ? (
        <div className={classes.tools}>
          {tools.map(({ may, verb, Icon, act }) =>
            may ? (
              <ActionIcon
                key={verb}
                size={24}
                variant="subtle"
                color="gray"
                aria-label={`${verb}: ${name}`}
                onClick={act}
              >
                <Icon size={14} />
              </ActionIcon>
            ) : null,
          )}
        </div>
      ) : null}
    </div>
  );
}
