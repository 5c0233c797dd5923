import { existsSync } from "node:fs";

/** Without what a window needs it draws the tests' pages in two thirds of the time. Not every system has it. */
export const quickBrowser = { name: "chromium-headless-shell", path: "/usr/bin/chromium-headless-shell" };

/** The system's Chromium, the quicker first; undefined where there is none. */
export const systemBrowser = () => [quickBrowser.path, "/usr/bin/chromium"].find(existsSync);
