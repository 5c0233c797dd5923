import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** Water: a teal-blue whose shade 7 carries white text at 5.7:1, shade 4 dark surfaces at 6:1. */
const accent: MantineColorsTuple = [
  "#e6f6f9",
  "#cdeaf0",
  "#a2d7e2",
  "#72c4d5",
  "#48b0c6",
  "#2b9ab2",
  "#16859d",
  "#0b7086",
  "#065a6d",
  "#044656",
];

const dark: MantineColorsTuple = [
  "#d5dade",
  "#b3bac2",
  "#929ba5",
  "#6b747e",
  "#49515a",
  "#363d45",
  "#272d34",
  "#191d22",
  "#13161a",
  "#0d1013",
];

const mono = "'JetBrains Mono Variable', ui-monospace, SFMono-Regular, Menlo, monospace";

export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: 7,
  colors: { accent, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: mono,
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "6px", lg: "6px", xl: "6px" },
  defaultRadius: "sm",
  headings: {
    fontWeight: "600",
    sizes: { h1: { fontSize: "20px", lineHeight: "28px" }, h2: { fontSize: "14px", lineHeight: "20px" } },
  },
  shadows: { md: "0 4px 16px rgb(0 0 0 / 0.16)" },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Tooltip: { defaultProps: { openDelay: 200, transitionProps: { duration: 120 } } },
    // Opened by a key, a menu begins at its first entry: a focus on the frame around them shows nowhere.
    Menu: { defaultProps: { transitionProps: { duration: 120 }, shadow: "md", withInitialFocusPlaceholder: false } },
    Input: { classNames: { input: "sl-input" } },
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, shadow: "md", closeButtonProps: { "aria-label": "Close" } },
    },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Button: { defaultProps: { size: "xs" } },
    TextInput: { defaultProps: { size: "sm" } },
    Badge: { defaultProps: { variant: "light" }, styles: { label: { textTransform: "none", fontWeight: 500 } } },
  },
});

/**
 * Chart colours are told apart by people who see no red, no green or no blue too (components/charts/palette.test.ts).
 * State colours mean failed, late or limited, succeeded and running, and nothing else.
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-text": "#1a2127",
    "--mantine-color-dimmed": "#58636d",
    "--mantine-color-placeholder": "#6a747d",
    "--sl-rail-surface": "#f4f6f8",
    "--sl-surface": "#f7f9fa",
    "--sl-hover": "#edf1f3",
    "--sl-line": "#dde2e6",
    "--mantine-color-error": "#b3261e",
    "--mantine-color-red-filled": "#b3261e",
    "--mantine-color-red-filled-hover": "#9a1f18",
    "--mantine-color-red-light-color": "#b3261e",
    "--sl-failed": "#b3261e",
    "--sl-late": "#8a5a00",
    "--sl-succeeded": "#1a6e3c",
    "--sl-running": "#1d5fbf",
    "--sl-chart-1": "#0b7086",
    "--sl-chart-2": "#e66100",
    "--sl-chart-3": "#332288",
    "--sl-chart-4": "#623907",
    "--sl-chart-5": "#8d24ba",
    "--sl-chart-6": "#882255",
    "--sl-chart-7": "#c51b7d",
    "--sl-chart-8": "#279c3b",
    "--sl-chart-9": "#a14400",
    "--sl-chart-10": "#785ef0",
    "--sl-chart-rest": "#7d868f",
  },
  dark: {
    "--mantine-color-text": "#dfe4e8",
    "--mantine-color-dimmed": "#98a2ac",
    "--mantine-color-placeholder": "#87919b",
    "--sl-rail-surface": "#13161a",
    "--sl-surface": "#1e2329",
    "--sl-hover": "#252b32",
    "--sl-line": "#323941",
    "--mantine-color-error": "#ff9188",
    "--mantine-color-red-filled": "#b3261e",
    "--mantine-color-red-filled-hover": "#c5362d",
    "--mantine-color-red-light-color": "#ff9188",
    "--sl-failed": "#ff9188",
    "--sl-late": "#eab54a",
    "--sl-succeeded": "#6fcf97",
    "--sl-running": "#82b4ff",
    "--sl-chart-1": "#48b0c6",
    "--sl-chart-2": "#e0fa5a",
    "--sl-chart-3": "#b8435f",
    "--sl-chart-4": "#ff8000",
    "--sl-chart-5": "#6c5bb6",
    "--sl-chart-6": "#b0feff",
    "--sl-chart-7": "#d4b9ff",
    "--sl-chart-8": "#a16f00",
    "--sl-chart-9": "#ffd9a0",
    "--sl-chart-10": "#6fcf7a",
    "--sl-chart-rest": "#87919b",
  },
});
