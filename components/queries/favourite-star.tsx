"use client";

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconStar, IconStarFilled } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "@/components/ui/api";
import { asProblem } from "@/components/ui/problem";

/** One's own star on what stands at this path of the API; it turns at once, and back when the server refuses. */
export function FavouriteStar({ path, favourite }: { path: string; favourite: boolean }) {
  const [on, setOn] = useState(favourite);
  const [refused, setRefused] = useState<string>();
  const toggle = async () => {
    setOn(!on);
    setRefused(undefined);
    try {
      await api("PUT", `${path}/favourite`, { favourite: !on });
    } catch (error) {
      setOn(on);
      setRefused(asProblem(error).message);
    }
  };
  return (
    <Tooltip label={refused ?? (on ? "Take your star off" : "Star it: it then stands on your home page")}>
      <ActionIcon
        variant="subtle"
        color={on ? undefined : "gray"}
        aria-pressed={on}
        aria-label="Favourite"
        onClick={() => void toggle()}
      >
        {on ? <IconStarFilled size={16} /> : <IconStar size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}
