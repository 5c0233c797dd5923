import { MultiSelect, type MultiSelectProps, TagsInput, type TagsInputProps } from "@mantine/core";

/** Fields for several values, in a part of their own: few queries have one. */
export const ChooseSeveral = (props: MultiSelectProps) => <MultiSelect {...props} />;
export const TypeSeveral = (props: TagsInputProps) => <TagsInput {...props} />;
