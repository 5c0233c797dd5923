import { checkValues } from "@/lib/operators/check-values";
import { effective, type FormField, formGroups, shown, type Values } from "@/lib/operators/form";
import type { Manifest } from "@/lib/operators/schema";

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
export const html = (text: unknown): string => String(text).replace(/[&<>"']/g, (found) => escapes[found] ?? found);

/**
 * An operator's form by the portal's own rules: which fields, in which order and groups, shown when, with which defaults and
 * which words where something is wrong. Only the controls are plainer: choices from a warehouse are typed.
 */
export function formHtml(manifest: Manifest, given: Values): string {
  const visible = shown(manifest.parameters, given);
  const values = effective(manifest.parameters, given);
  const problems = checkValues(manifest, given);
  const fieldHtml = ({ name, field, required }: FormField) => {
    if (!visible.has(name)) return "";
    const said = problems.filter(({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
    return `<div class="field"><label for="f-${html(name)}">${html(field.title ?? name)}${required ? ' <b title="needed">*</b>' : ""}</label>
${control(name, field, values[name])}
${field.description ? `<small>${html(field.description)}</small>` : ""}
${said.map(({ message, fix }) => `<p class="wrong">${html(message)} ${html(fix)}</p>`).join("")}</div>`;
  };
  return formGroups(manifest.parameters)
    .map(({ title, fields, advanced }) => {
      const more = advanced.map(fieldHtml).join("");
      const folded = more && `<details><summary>More</summary>${more}</details>`;
      return `<fieldset>${title ? `<legend>${html(title)}</legend>` : ""}${fields.map(fieldHtml).join("")}${folded}</fieldset>`;
    })
    .join("");
}

function control(name: string, field: FormField["field"], value: unknown): string {
  const named = `id="f-${html(name)}" name="${html(name)}"`;
  const widget = field["x-widget"];
  if (field.enum) {
    const options = field.enum.map((one, at) => {
      const chosen = one === value ? " selected" : "";
      return `<option value="${html(JSON.stringify(one))}"${chosen}>${html(field["x-enumTitles"]?.[at] ?? one)}</option>`;
    });
    return `<select ${named} data-kind="json"><option value=""></option>${options.join("")}</select>`;
  }
  if (field.type === "boolean")
    return `<input type="checkbox" ${named} data-kind="boolean"${value === true ? " checked" : ""}>`;
  if (field.type === "number" || field.type === "integer")
    return `<input type="number" step="${field.type === "integer" ? "1" : "any"}" ${named} data-kind="number" value="${html(value ?? "")}">`;
  if (field.type === "string" && widget !== "secret" && widget !== "file") {
    const text = html(value ?? "");
    const hint = `placeholder="${html(field["x-placeholder"] ?? "")}"`;
    if (["sql", "code", "text"].includes(widget ?? ""))
      return `<textarea rows="8" ${named} ${hint} data-kind="text">${text}</textarea>`;
    return `<input ${named} ${hint} data-kind="text" value="${text}">`;
  }
  const json = value === undefined ? "" : JSON.stringify(value, null, 2);
  return `<textarea rows="3" ${named} placeholder="JSON" data-kind="json">${html(json)}</textarea>`;
}
