/** What pipelines are written in besides SQL. Import it in the browser only. */
import { language as python, conf as pythonConf } from "monaco-editor/languages/definitions/python/python";
import { language as r, conf as rConf } from "monaco-editor/languages/definitions/r/r";
import { language as shell, conf as shellConf } from "monaco-editor/languages/definitions/shell/shell";
import { language as yaml, conf as yamlConf } from "monaco-editor/languages/definitions/yaml/yaml";
import { LANGUAGE, monaco } from "./monaco";

const known = {
  python: [python, pythonConf],
  r: [r, rConf],
  shell: [shell, shellConf],
  // Every JSON is YAML; the package's own JSON brings a language server along.
  yaml: [yaml, yamlConf],
} as const;

for (const [id, [language, conf]] of Object.entries(known)) {
  monaco.languages.register({ id });
  monaco.languages.setLanguageConfiguration(id, conf);
  monaco.languages.setMonarchTokensProvider(id, language);
}

/** The editor's name for a language of the manifests. */
export function languageOf(language: string): string {
  if (language === "sql") return LANGUAGE;
  return language === "json" ? "yaml" : language;
}
