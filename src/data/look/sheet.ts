/** A contact sheet with some pictures of each class: an SVG that contains the pictures. */
import { xmlText } from "../../diagnostics/xml-text.js";
import { encodePng } from "../png.js";
import { resizeBilinear } from "../resize-picture.js";
import type { RgbImage } from "../rgb-image.js";

export interface SheetRow {
  readonly label: string;
  readonly count: number;
  readonly pictures: readonly SheetPicture[];
}

export interface SheetPicture {
  readonly path: string;
  readonly thumbnail: RgbImage;
}

/** Pictures per class, from left to right. */
export const picturesPerRow = 10;

/** Longer side of a picture on the sheet, in pixels. */
const side = 72;
const gap = 6;
const margin = 16;
const labelHeight = 22;
const rowHeight = labelHeight + side + gap;
const titleHeight = 34;

export function thumbnailOf(image: RgbImage): RgbImage {
  const scale = side / Math.max(image.width, image.height);
  const pixels = (length: number): number => Math.max(1, Math.round(length * scale));
  return resizeBilinear(image, pixels(image.width), pixels(image.height));
}

export function sheetSvg(title: string, rows: readonly SheetRow[]): string {
  const width = 2 * margin + picturesPerRow * (side + gap) - gap;
  const height = titleHeight + rows.length * rowHeight + margin;
  const drawn = rows.map(({ label, count, pictures }, row) => {
    const top = titleHeight + row * rowHeight;
    const images = pictures.map(({ path, thumbnail }, column) => {
      const x = margin + column * (side + gap) + (side - thumbnail.width) / 2;
      const y = top + labelHeight + (side - thumbnail.height) / 2;
      const data = Buffer.from(encodePng(thumbnail)).toString("base64");
      return `<image x="${x}" y="${y}" width="${thumbnail.width}" height="${thumbnail.height}" href="data:image/png;base64,${data}"><title>${xmlText(path)}</title></image>`;
    });
    return `<text x="${margin}" y="${top + 15}"><tspan font-weight="bold">${xmlText(label)}</tspan> ${count}</text>\n${images.join("\n")}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13">
<style>.paper{fill:#fff}text{fill:#222}@media(prefers-color-scheme:dark){.paper{fill:#161616}text{fill:#ddd}}</style>
<rect class="paper" width="${width}" height="${height}"/>
<text x="${margin}" y="22" font-size="15" font-weight="bold">${xmlText(title)}</text>
${drawn.join("\n")}
</svg>
`;
}

/** The same as an HTML page. */
export const sheetHtml = (title: string, rows: readonly SheetRow[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${xmlText(title)}</title>
<style>:root{color-scheme:light dark}body{margin:0}svg{max-width:100%;height:auto}</style>
${sheetSvg(title, rows)}</html>
`;
