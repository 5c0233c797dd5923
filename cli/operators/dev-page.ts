import type { Manifest } from "@/lib/operators/schema";
import { formHtml, html } from "./form-page";
import type { Tried } from "./run-operator";

/** What there is to be seen: the last try, or what kept it from being one. */
export interface Shown {
  /** Grows with each change. */
  number: number;
  running: boolean;
  manifest: Manifest | null;
  params: Record<string, unknown>;
  tried: Tried | null;
  failure: string | null;
}

const style = `:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}body{margin:0;padding:16px 24px;max-width:1400px}
main{display:grid;grid-template-columns:minmax(280px,420px) 1fr;gap:32px}@media(max-width:760px){main{grid-template-columns:1fr}}
h1{font-size:20px;margin:0}h2{font-size:14px;margin:20px 0 4px}fieldset{border:0;padding:0;margin:0 0 12px}legend{font-weight:600}
.field{margin:0 0 14px}label{display:block;font-weight:600}small{display:block;opacity:.75}.wrong{color:light-dark(#b3261e,#ff8a80);margin:2px 0}
input:not([type=checkbox]),textarea,select{box-sizing:border-box;width:100%;font:inherit;padding:6px}textarea,pre{font:13px ui-monospace,monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:light-dark(#f3f5f6,#20262a);padding:8px;border-radius:6px;margin:4px 0;max-height:360px;overflow:auto}
button{font:inherit;padding:6px 14px}.err{color:light-dark(#b3261e,#ff8a80)}`;

const script = `const form=document.querySelector("form"),seen=document.querySelector("#seen");let number=-1;
const values=()=>Object.fromEntries([...form.elements].filter(e=>e.name).flatMap(e=>{const k=e.dataset.kind;
if(k==="boolean")return[[e.name,e.checked]];if(e.value==="")return[];if(k==="number")return[[e.name,Number(e.value)]];
if(k!=="json")return[[e.name,e.value]];try{return[[e.name,JSON.parse(e.value)]]}catch{return[[e.name,e.value]]}}));
const post=(to)=>fetch(to,{method:"POST",headers:{"content-type":"application/json","x-sluice":"1"},body:JSON.stringify(values())});
form.addEventListener("change",async()=>{const at=document.activeElement?.id;form.querySelector("#fields").innerHTML=await(await post("/form")).text();
if(at)document.getElementById(at)?.focus()});
form.addEventListener("submit",async e=>{e.preventDefault();await post("/run");look()});
const look=async()=>{try{const now=await(await fetch("/seen?after="+number)).json();if(now.number!==number){number=now.number;seen.innerHTML=now.seen;
if(now.fields!==null&&!form.contains(document.activeElement))form.querySelector("#fields").innerHTML=now.fields}}catch{seen.textContent="sluice operators dev has ended."}};
setInterval(look,1000);look();`;

/** The page, whose script and style are its own; what changes is fetched. */
export function pageHtml({ manifest, params }: Shown, nonce: string): string {
  const title = manifest ? `${manifest.title} ${manifest.version}` : "An operator";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(title)}</title><style nonce="${nonce}">${style}</style>
<h1>${html(title)}</h1><p>${html(manifest?.summary ?? "")}</p>
<main><form><div id="fields">${manifest ? formHtml(manifest, params) : ""}</div><button type="submit">Run</button>
<p><small>Order, defaults, conditions and messages are those of the portal; its drop-downs from warehouses are text here.</small></p></form>
<section id="seen" aria-live="polite">Running…</section></main><script nonce="${nonce}">${script}</script></html>`;
}

export function seenHtml({ running, tried, failure }: Shown): string {
  const again = running ? "<p>Running…</p>" : "";
  if (failure !== null) return `${again}<h2>It cannot be run</h2><pre class="err">${html(failure)}</pre>`;
  if (!tried) return again || "<p>Not run yet.</p>";
  const { code, seconds, log, result, handed, outputs, problems } = tried;
  const failed = code !== 0 || result?.error !== undefined || problems.length > 0;
  const block = (title: string, text: string) => `<h2>${html(title)}</h2><pre>${html(text)}</pre>`;
  return [
    again,
    `<h2>${failed ? "Failed" : "Succeeded"}: exit code ${html(code ?? "none")}, ${seconds.toFixed(2)} s</h2>`,
    ...problems.map((problem) => `<p class="wrong">${html(problem)}</p>`),
    `<h2>Log</h2><pre>${log.map(({ stream, text }) => (stream === "stderr" ? `<span class="err">${html(text)}</span>` : html(text))).join("") || "Nothing was printed."}</pre>`,
    result ? block("result.json", JSON.stringify(result, null, 2)) : "",
    handed ? block("params.json", JSON.stringify(handed, null, 2)) : "",
    ...outputs.map(({ name, file, bytes, head }) => block(`${name}/${file}, ${bytes} bytes`, head || "Not a text.")),
  ].join("");
}
