"use client";

import { Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import Link from "next/link";
import type { NavItem } from "@/components/layout/nav";
import classes from "@/components/layout/shell.module.css";

/** The pages that have no place in the bar of a phone. */
export function MoreItems({ items, current }: { items: NavItem[]; current: string | undefined }) {
  return (
    <Menu position="top-end" width={220} withinPortal>
      <Menu.Target>
        <button
          type="button"
          className={`${classes.item} ${classes.more}`}
          aria-current={items.some(({ href }) => href === current) ? "page" : undefined}
        >
          <IconDots size={18} stroke={1.75} aria-hidden />
          <span className={classes.label}>More</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(({ href, label, icon: Icon }) => (
          <Menu.Item
            key={href}
            component={Link}
            href={href}
            leftSection={<Icon size={18} stroke={1.75} aria-hidden />}
            aria-current={href === current ? "page" : undefined}
            style={{ minHeight: 44 }}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
