import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

/** The themes one can choose; the choice is kept in the browser. */
export const schemes = [
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "auto", label: "As the system", icon: IconDeviceDesktop },
] as const;
