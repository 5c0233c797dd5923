// Preloaded into the programs, so that a stack trace names our sources. Not those of packages: their maps, Next's most of
// all, would take some 50 MiB of the web process.
import { setSourceMapsSupport } from "node:module";

setSourceMapsSupport(true, { nodeModules: false });
