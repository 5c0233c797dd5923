"use client";

import { Skeleton } from "@mantine/core";
import dynamic from "next/dynamic";

/** Forms of the load page that come when they are asked for: at 3 a.m. on a phone the page itself comes first. */

export const PauseDialog = dynamic(() =>
  import("@/components/admin/pause-dialog").then((module) => module.PauseDialog),
);
export const HeatDialog = dynamic(() => import("@/components/admin/heat-dialog").then((module) => module.HeatDialog));

export const GateLimits = dynamic(() => import("@/components/admin/gate-limits").then((module) => module.GateLimits), {
  loading: () => <Skeleton height={240} radius={6} />,
});
