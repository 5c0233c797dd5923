import { Avatar } from "@mantine/core";

/** A person: initials and name. The initials are for the eye; the name is what is read. */
export function Who({ name }: { name: string }) {
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 6, minWidth: 0, maxWidth: "100%" }}>
      <Avatar size={18} radius="xl" color="gray" name={name} aria-hidden styles={{ placeholder: { fontSize: 9 } }} />
      <span style={{ overflow: "hidden", textOverflow: "ellipsis" }}>{name}</span>
    </span>
  );
}
