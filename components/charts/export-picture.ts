/** A chart as it stands on the page, as a picture for elsewhere: with a title, the legend, and colours that need no page. */

const kept = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor",
];
const font = "Inter, system-ui, sans-serif";

interface Named {
  name: string;
  colour: string;
}

const surfaceOf = (place: HTMLElement) => place.querySelector<SVGSVGElement>("svg.recharts-surface");
const patienceMs = 10_000;

/** The drawing, once it is there; null where it did not come. */
export async function untilDrawn(place: HTMLElement): Promise<SVGSVGElement | null> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const found = surfaceOf(place);
    if (found || !place.isConnected || performance.now() > until) return found;
    await new Promise((next) => requestAnimationFrame(next));
  }
}

export function svgOf(
  figure: HTMLElement,
  title: string,
  legend: Named[],
): { text: string; width: number; height: number } | null {
  const drawn = surfaceOf(figure);
  if (!drawn) return null;
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true) as SVGSVGElement;
  const [from, to] = [[...drawn.querySelectorAll("*")], [...copy.querySelectorAll("*")]];
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element);
    const target = to[i] as SVGElement | undefined;
    for (const name of kept) target?.setAttribute(name, style.getPropertyValue(name));
    target?.removeAttribute("style");
    target?.removeAttribute("class");
    target?.removeAttribute("tabindex");
  }
  const page = getComputedStyle(figure);
  const ground = getComputedStyle(document.body).backgroundColor;
  const ink = page.color;
  const head = title ? 32 : 8;
  const lines = rowsOf(legend, width - 32);
  const whole = { width: width + 32, height: height + head + 16 + lines.length * 20 };
  copy.setAttribute("x", "16");
  copy.setAttribute("y", String(head));
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  const entries = lines.flatMap((line, row) =>
    line.map(({ name, colour, x }) => {
      const y = head + height + 12 + row * 20;
      return `<rect x="${16 + x}" y="${y}" width="10" height="10" rx="3" fill="${resolved(figure, colour)}"/><text x="${32 + x}" y="${y + 9}" font-size="12" fill="${ink}">${escaped(name)}</text>`;
    }),
  );
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" viewBox="0 0 ${whole.width} ${whole.height}" font-family="${font}"><rect width="100%" height="100%" fill="${ground}"/>${title ? `<text x="16" y="22" font-size="14" font-weight="600" fill="${ink}">${escaped(title)}</text>` : ""}${new XMLSerializer().serializeToString(copy)}${entries.join("")}</svg>`;
  return { text, ...whole };
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** What a colour that names a variable of the theme is here and now. */
function resolved(figure: HTMLElement, colour: string): string {
  const probe = document.createElement("i");
  probe.style.color = colour;
  figure.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function rowsOf(legend: Named[], width: number): (Named & { x: number })[][] {
  const lines: (Named & { x: number })[][] = [];
  let x = Infinity;
  for (const { name, colour } of legend) {
    const cut = name.length > 40 ? `${name.slice(0, 39)}…` : name;
    const needs = 32 + cut.length * 7;
    if (x + needs > width) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ name: cut, colour, x });
    x += needs;
  }
  return lines;
}

/** At twice the size, so that it is sharp in a presentation. */
export async function pngOf({ text, width, height }: { text: string; width: number; height: number }): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * 2);
    canvas.height = Math.round(height * 2);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
    if (!blob) throw new Error("The picture could not be made.");
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
